package io.troupe.etcd.standalone;

import io.troupe.cluster.node.StoppedNode;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.FrozenState;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.etcd.restore.SnapshotFile;
import io.troupe.raft.StoppedReplica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code --snapshot-to}: what a member that does not run has, as a file that a new cluster can begin from. For a cluster that
 * has lost its majority for good, where etcd's {@code member/snap/db} would be copied.
 */
final class StoppedMember {

    /** The consensus group that holds a member's store. */
    private static final String GROUP = "etcd";

    /**
     * What was saved.
     *
     * @param revision of the store
     * @param end of the log that led to it
     */
    record Saved(String member, long revision, StoppedReplica.End end) {}

    private StoppedMember() {}

    /**
     * @param dataDir is not changed
     * @param file is written whole or not at all
     * @throws io.troupe.cluster.node.NodeFailure when {@code dataDir} is no member's, or a member runs on it
     * @throws IOException when {@code file} cannot be written, or the member's data not be read
     */
    static Saved save(Path dataDir, Path file) throws IOException {
        requireFree(file, dataDir);
        try (StoppedNode node = StoppedNode.open(dataDir)) {
            var machine = new EtcdStateMachine(StoreListener.NONE);
            StoppedReplica.End end = node.recover(GROUP, machine);
            FrozenState state = whole(node.nodeId(), machine.frozen());
            SnapshotFile.write(file, state.database());
            return new Saved(node.nodeId(), state.revision(), end);
        }
    }

    /** @throws IOException when it is a part of what its cluster was to begin from */
    static FrozenState whole(String member, FrozenState state) throws IOException {
        if (state.isImporting()) {
            throw new IOException(
                    "The member " + member + " has only a part of the snapshot that its cluster began from. Take"
                            + " another member's, or begin from that snapshot again");
        }
        return state;
    }

    private static void requireFree(Path file, Path dataDir) throws IOException {
        Path folder = file.resolveSibling("");
        if (Files.exists(file)) {
            throw new IOException("'--snapshot-to': " + file + " is there already; name a file that is not");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException("'--snapshot-to': the directory " + folder + " is not there");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException("'--snapshot-to': this user cannot write in the directory " + folder);
        }
        if (folder.toRealPath().startsWith(dataDir)) {
            throw new IOException("'--snapshot-to': " + file + " lies in the data directory, which is not changed");
        }
    }
}
