package io.troupe.raft;

import io.troupe.replication.Applier;
import io.troupe.replication.SnapshotPruner;
import io.troupe.replication.SnapshotWriter;
import java.util.Optional;

/**
 * When this server snapshots, on which snapshot its log rests (§7; every server decides for itself), and when older ones
 * may go.
 *
 * <p>Transitions: idle → under way, when enough was applied, or the snapshot in use turned out to be damaged; under way →
 * idle, when the snapshot is durable, or was overtaken by one from the leader; under way → pausing, when it could not
 * be written; pausing → idle, after a pause that doubles with each failure.
 */
final class Compaction {

    private static final int PAUSE_DOUBLINGS_MAX = 6;

    private final RaftServer server;
    private SnapshotMetadata snapshot;
    private Optional<SnapshotMetadata> writing = Optional.empty();
    private boolean underWay;
    private boolean damaged;
    private long bytesSince;
    private long bytesFrozen;
    private int failures;
    private int pauseTicks;
    private long restoring;
    private long restored;
    private Optional<SnapshotMetadata> pruneLater = Optional.empty();

    Compaction(RaftServer server, SnapshotMetadata snapshot) {
        this.server = server;
        this.snapshot = snapshot;
    }

    SnapshotMetadata snapshot() {
        return snapshot;
    }

    void committed(LogSlice entries) {
        bytesSince += entries.sizeBytes();
    }

    void onTick() {
        if (pauseTicks > 0 && --pauseTicks == 0) {
            maybeBegin();
        }
    }

    void maybeBegin() {
        long entries = server.appliedIndex() - snapshot.index();
        long upTo = Math.max(server.appliedIndex(), snapshot.index()); // What was installed may not be restored yet.
        boolean known = server.configurationAt(upTo).isKnown(); // Else a snapshot could not carry it (§7).
        boolean enough = entries >= server.settings.snapshotEntries()
                || (entries > 0 && bytesSince >= server.settings.snapshotBytes())
                || damaged;
        if (enough && known && !underWay && pauseTicks == 0) {
            underWay = true;
            bytesFrozen = bytesSince;
            server.freeze();
        }
    }

    /** The stored snapshot of this index cannot be sent whole: the state machine gives a new one, of now. */
    void onDamaged(long index) {
        if (index == snapshot.index()) {
            damaged = true;
            maybeBegin();
        }
    }

    void onFrozen(Applier.Frozen frozen) {
        LogPosition position = new LogPosition(frozen.index(), frozen.term());
        boolean isNews = position.index() > snapshot.index() || (damaged && position.index() == snapshot.index());
        if (!isNews) {
            underWay = false;
            return;
        }
        var metadata = new SnapshotMetadata(position, server.configurationAt(position.index()));
        writing = Optional.of(metadata);
        server.context.spawnAnonymous(
                SnapshotWriter.create(
                        server.storage,
                        server.group,
                        position.index(),
                        position.term(),
                        frozen.state(),
                        server.self.narrow()),
                server.blocking());
    }

    void onSaved() {
        SnapshotMetadata saved = writing.orElseThrow();
        underWay = false;
        failures = 0;
        if (saved.index() >= snapshot.index()) {
            damaged = false;
        }
        if (saved.index() > snapshot.index()) {
            snapshot = saved;
            bytesSince -= bytesFrozen;
            server.compactTo(saved, () -> pruneWhenRestored(saved));
        }
    }

    void onSaveFailed() {
        underWay = false;
        pauseTicks = server.settings.electionTicks() << Math.min(failures++, PAUSE_DOUBLINGS_MAX);
    }

    void installed(SnapshotMetadata fromLeader) {
        snapshot = fromLeader;
        damaged = false;
        bytesSince = 0;
        bytesFrozen = 0;
        restoring = fromLeader.index();
    }

    void onRestored(Applier.Restored event) {
        restored = Math.max(restored, event.index());
        pruneLater.ifPresent(this::pruneWhenRestored);
    }

    /** Deletes what is older, but not while the applier has yet to read some snapshot. */
    void pruneWhenRestored(SnapshotMetadata inUse) {
        if (restored < restoring) {
            pruneLater = Optional.of(inUse);
        } else {
            pruneLater = Optional.empty();
            prune(inUse);
        }
    }

    void prune(SnapshotMetadata inUse) {
        server.context.spawnAnonymous(
                SnapshotPruner.create(server.storage, server.group, inUse.index()), server.blocking());
    }
}
