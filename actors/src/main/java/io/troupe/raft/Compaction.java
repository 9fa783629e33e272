package io.troupe.raft;

/**
 * When this server snapshots, and on which snapshot its log rests (§7; every server decides for itself).
 *
 * <p>Transitions: idle → under way, when enough was applied; under way → idle, when the snapshot is durable, could
 * not be written, or was overtaken by one from the leader.
 */
final class Compaction {

    private final RaftServer server;
    private SnapshotMetadata snapshot;
    private boolean underWay;
    private long bytesSince;

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

    void maybeBegin() {
        long entries = server.appliedIndex() - snapshot.index();
        boolean enough = entries >= server.settings.snapshotEntries()
                || (entries > 0 && bytesSince >= server.settings.snapshotBytes());
        if (enough && !underWay) {
            underWay = true;
            bytesSince = 0;
            server.freeze();
        }
    }

    void onFrozen(Applier.Frozen frozen) {
        LogPosition position = frozen.position();
        if (position.index() <= snapshot.index()) {
            underWay = false;
            return;
        }
        var metadata = new SnapshotMetadata(position, server.configurationAt(position.index()));
        server.context.spawnAnonymous(
                SnapshotWriter.create(server.storage, server.group, metadata, frozen.state(), server.self.narrow()),
                server.blocking());
    }

    void onSaved(SnapshotMetadata saved) {
        underWay = false;
        if (saved.index() > snapshot.index()) {
            snapshot = saved;
            server.compactTo(saved, () -> prune(saved));
        }
    }

    void onSaveFailed() {
        underWay = false;
    }

    void installed(SnapshotMetadata fromLeader) {
        snapshot = fromLeader;
        bytesSince = 0;
    }

    void prune(SnapshotMetadata inUse) {
        server.context.spawnAnonymous(SnapshotPruner.create(server.storage, server.group, inUse), server.blocking());
    }
}
