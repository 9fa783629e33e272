package io.troupe.raft;

import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Writes one frozen state to the snapshot storage (§7) and stops. Runs where blocking is allowed. */
final class SnapshotWriter {

    private SnapshotWriter() {}

    sealed interface Event extends RaftReplica.Internal permits Saved, SaveFailed {}

    /** The snapshot is durable. */
    record Saved(SnapshotMetadata snapshot) implements Event {}

    /** The log stays as long as it is; the replica tries again after a pause. */
    record SaveFailed(SnapshotMetadata snapshot) implements Event {}

    static Behavior<Void> create(
            SnapshotStorage storage,
            String group,
            SnapshotMetadata snapshot,
            StateMachine.State state,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> {
            try (SnapshotStorage.Writer writer =
                    storage.create(group, snapshot.index(), snapshot.last().term())) {
                state.writeTo(writer.out());
                writer.commit();
                replica.tell(new Saved(snapshot));
            } catch (IOException | RuntimeException e) {
                RaftLogging.of(context.getLog(), group)
                        .error("Snapshot {} of group {} cannot be written", snapshot, group, e);
                replica.tell(new SaveFailed(snapshot));
            }
            return Behaviors.stopped();
        });
    }
}
