package io.troupe.chain;

import io.troupe.replication.Applier;
import io.troupe.replication.SnapshotPruner;
import io.troupe.replication.SnapshotWriter;
import java.util.Optional;

/**
 * When this server snapshots, and on which snapshot its history rests.
 *
 * <p>Transitions: idle → under way, when enough was applied; under way → idle, when the snapshot is durable; under way →
 * pausing, when it could not be written; pausing → idle.
 */
final class Compaction {

    private static final int PAUSE_DOUBLINGS_MAX = 6;

    private final ChainServer server;
    private Position snapshot;
    private Optional<Position> writing = Optional.empty();
    private boolean underWay;
    private long bytesSince;
    private long bytesFrozen;
    private int failures;
    private int pauseTicks;
    private long restoring;
    private long restored;
    private long durableIndex;

    Compaction(ChainServer server, Position snapshot) {
        this.server = server;
        this.snapshot = snapshot;
        this.durableIndex = snapshot.index();
    }

    Position snapshot() {
        return snapshot;
    }

    void told(Updates updates) {
        bytesSince += updates.sizeBytes();
    }

    void onTick() {
        if (pauseTicks > 0 && --pauseTicks == 0) {
            maybeBegin();
        }
    }

    void maybeBegin() {
        long applied = server.applied() - snapshot.index();
        boolean enough = applied >= server.settings.snapshotEntries()
                || (applied > 0 && bytesSince >= server.settings.snapshotBytes());
        if (enough && !underWay && pauseTicks == 0 && restored >= restoring) {
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
        writing = Optional.of(new Position(frozen.index(), frozen.term()));
        server.context.spawnAnonymous(
                SnapshotWriter.create(
                        server.storage(),
                        server.group,
                        frozen.index(),
                        frozen.term(),
                        frozen.state(),
                        server.self.narrow()),
                server.blocking());
    }

    void onSaved() {
        Position saved = writing.orElseThrow();
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
        pauseTicks = server.settings.failureTicks() << Math.min(failures++, PAUSE_DOUBLINGS_MAX);
    }

    void installed(Position fetched) {
        snapshot = fetched;
        bytesSince = 0;
        bytesFrozen = 0;
        restoring = fetched.index();
    }

    void onRestored(Applier.Restored event) {
        restored = Math.max(restored, event.index());
        prune();
    }

    /** The log says durably that the history rests on this snapshot: a start would read it, and no older one. */
    void rests(Position durable) {
        durableIndex = Math.max(durableIndex, durable.index());
        prune();
    }

    /** Deletes what is older, but not while the applier has yet to read some snapshot. */
    void prune() {
        if (restored >= restoring && durableIndex > 0) {
            server.context.spawnAnonymous(
                    SnapshotPruner.create(server.storage(), server.group, durableIndex), server.blocking());
        }
    }
}
