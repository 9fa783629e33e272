package io.troupe.raft;

import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Deletes the snapshots that a newer one, on which the log now rests, has replaced, and stops. May block. */
final class SnapshotPruner {

    private SnapshotPruner() {}

    static Behavior<Void> create(SnapshotStorage storage, String group, SnapshotMetadata inUse) {
        return Behaviors.setup(context -> {
            try {
                for (SnapshotStorage.Stored stored : storage.list(group)) {
                    if (stored.index() < inUse.index()) {
                        storage.delete(stored);
                    }
                }
            } catch (IOException e) {
                RaftLogging.of(context.getLog(), group)
                        .warn("Old snapshots of group {} cannot be deleted; they only take space", group, e);
            }
            return Behaviors.stopped();
        });
    }
}
