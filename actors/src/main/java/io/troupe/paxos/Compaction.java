package io.troupe.paxos;

import io.troupe.replication.Applier;
import io.troupe.replication.SnapshotPruner;
import io.troupe.replication.SnapshotWriter;
import java.util.Optional;

/**
 * When this replica snapshots (Paxos Made Live, §5.5; every replica decides for itself), and on which snapshot its log rests.
 *
 * <p>Transitions: idle → under way, when enough was applied, or the snapshot in use turned out to be damaged; under way →
 * idle, when the snapshot is durable; under way → pausing, when it could not be written; pausing → idle.
 */
final class Compaction {

    private static final int PAUSE_DOUBLINGS_MAX = 6;

    private final PaxosServer server;
    private SnapshotMetadata snapshot;
    private Optional<SnapshotMetadata> writing = Optional.empty();
    private boolean underWay;
    private long bytesSince;
    private long bytesFrozen;
    private int failures;
    private int pauseTicks;
    private long restoring;
    private long restored;
    private long durableIndex;

    Compaction(PaxosServer server, SnapshotMetadata snapshot) {
        this.server = server;
        this.snapshot = snapshot;
        this.durableIndex = snapshot.index();
    }

    SnapshotMetadata snapshot() {
        return snapshot;
    }

    void decided(Decrees decrees) {
        bytesSince += decrees.sizeBytes();
    }

    void onTick() {
        if (pauseTicks > 0 && --pauseTicks == 0) {
            maybeBegin();
        }
    }

    void maybeBegin() {
        long applied = server.appliedIndex() - snapshot.index();
        boolean known = server.memberships().at(server.appliedIndex() + 1).isKnown(); // Else it could not be told.
        boolean enough = applied >= server.settings.snapshotEntries()
                || (applied > 0 && bytesSince >= server.settings.snapshotBytes());
        if (enough && known && !underWay && pauseTicks == 0 && restored >= restoring) {
            underWay = true;
            bytesFrozen = bytesSince;
            server.freeze();
        }
    }

    void onFrozen(Applier.Frozen frozen) {
        if (frozen.index() <= snapshot.index()) {
            underWay = false;
            return;
        }
        writing = Optional.of(
                new SnapshotMetadata(frozen.index(), server.memberships().asOf(frozen.index())));
        server.context.spawnAnonymous(
                SnapshotWriter.create(
                        server.storage, server.group, frozen.index(), 0, frozen.state(), server.self.narrow()),
                server.blocking());
    }

    void onSaved() {
        SnapshotMetadata saved = writing.orElseThrow();
        underWay = false;
        failures = 0;
        if (saved.index() > snapshot.index()) {
            snapshot = saved;
            bytesSince -= bytesFrozen;
            server.compactTo(saved, () -> rests(saved));
        }
    }

    void onSaveFailed() {
        underWay = false;
        pauseTicks = server.settings.electionTicks() << Math.min(failures++, PAUSE_DOUBLINGS_MAX);
    }

    void installed(SnapshotMetadata fetched) {
        snapshot = fetched;
        bytesSince = 0;
        bytesFrozen = 0;
        restoring = fetched.index();
    }

    void onRestored(Applier.Restored event) {
        restored = Math.max(restored, event.index());
        prune();
    }

    /** The ledger says durably that the log rests on this snapshot: a start would read it, and no older one. */
    void rests(SnapshotMetadata durable) {
        durableIndex = Math.max(durableIndex, durable.index());
        prune();
    }

    /** Deletes what is older, but not while the applier has yet to read some snapshot. */
    void prune() {
        if (restored >= restoring && durableIndex > 0) {
            server.context.spawnAnonymous(
                    SnapshotPruner.create(server.storage, server.group, durableIndex), server.blocking());
        }
    }
}
