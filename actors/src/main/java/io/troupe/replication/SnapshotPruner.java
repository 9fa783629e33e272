package io.troupe.replication;

import java.io.IOException;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Deletes the snapshots that a newer one, on which the log now rests, has replaced, and stops. May block. */
public final class SnapshotPruner {

    private SnapshotPruner() {}

    /** @param index of the snapshot in use */
    public static Behavior<Void> create(SnapshotStorage storage, String group, long index) {
        return Behaviors.setup(context -> {
            try {
                for (SnapshotStorage.Stored stored : storage.list(group)) {
                    if (stored.index() < index) {
                        storage.delete(stored);
                    }
                }
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group)
                        .warn("Old snapshots of group {} cannot be deleted; they only take space", group, e);
            }
            return Behaviors.stopped();
        });
    }
}
