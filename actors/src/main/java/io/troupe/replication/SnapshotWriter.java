package io.troupe.replication;

import java.io.IOException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Writes one frozen state to the snapshot storage and stops. Runs where blocking is allowed. */
public final class SnapshotWriter {

    private SnapshotWriter() {}

    /** What the replica is told. */
    public sealed interface Event extends Replica.Message permits Saved, SaveFailed {}

    /**
     * The snapshot is durable.
     *
     * @param bytes that it takes
     */
    public record Saved(long index, long term, long bytes) implements Event {}

    /** The log stays as long as it is; the replica tries again after a pause. */
    public record SaveFailed(long index, long term) implements Event {}

    public static Behavior<Void> create(
            SnapshotStorage storage,
            String group,
            long index,
            long term,
            StateMachine.State state,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> {
            try (SnapshotStorage.Writer writer = storage.create(group, index, term)) {
                state.writeTo(writer.out());
                long bytes = writer.commit().length();
                replica.tell(new Saved(index, term, bytes));
            } catch (IOException | RuntimeException e) {
                GroupLogging.of(context.getLog(), group)
                        .error("Snapshot at {} of group {} cannot be written", index, group, e);
                replica.tell(new SaveFailed(index, term));
            }
            return Behaviors.stopped();
        });
    }
}
