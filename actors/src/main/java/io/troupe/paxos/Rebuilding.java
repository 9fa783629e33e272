package io.troupe.paxos;

import io.troupe.replication.GroupLogging;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Tells an acceptor's first day from a journal that has lost what it held (Paxos Made Live, §5.1): a group leaves a mark, or a
 * snapshot, in the snapshot storage, which is not the journal. One that finds the mark and an empty journal may have
 * promised and voted, and does not know what: it draws a new token, learns what is decided, and asks to be readmitted. Its
 * votes count again from the instance on from which the membership names that token. Where the snapshots are lost as well, the
 * node is told so by its operator ({@link PaxosEngine}): without mark and journal nothing here tells that day from the first.
 *
 * <p>Deviates: in Paxos Made Live it votes again when it has seen an instance that was begun after it had begun to rebuild.
 * Where one promise stands for all instances, as here, that is not enough: a candidate may hold a promise from before the
 * loss, get the rest of its quorum later, and then propose in instances in which this acceptor has voted since. By the
 * token that promise counts in no instance in which the new votes do.
 *
 * <p>A node that was removed, and is added again, may be named by the token of a life that is over. As nobody says anything more
 * with it, what was said with it is kept, and its node asks to be readmitted, which the others have to decide without it. A
 * learner's token is known when it is promoted ({@link Reconfiguration}).
 *
 * <p>Runs once where blocking is allowed, and stops.
 */
final class Rebuilding {

    /** @param before whether this group was hosted here before */
    record Marked(boolean before) implements Replica.Message {}

    private Rebuilding() {}

    /** Looks for the mark; takes it for found when the storage cannot be read. */
    static Behavior<Void> look(SnapshotStorage storage, String group, ActorRef<? super Marked> replyTo) {
        return Behaviors.setup(context -> {
            boolean before = true;
            try {
                before = !storage.list(group).isEmpty();
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group).error("Snapshots of group {} cannot be listed", group, e);
            }
            replyTo.tell(new Marked(before));
            return Behaviors.stopped();
        });
    }

    /** Leaves the mark, if nothing is there. */
    static Behavior<Void> mark(SnapshotStorage storage, String group) {
        return Behaviors.setup(context -> {
            try {
                if (storage.list(group).isEmpty()) {
                    try (SnapshotStorage.Writer writer = storage.create(group, 0, 0)) {
                        writer.commit();
                    }
                }
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group)
                        .error(
                                "Group {} cannot leave its mark among the snapshots: a journal that is lost before the"
                                        + " next start would not be noticed",
                                group,
                                e);
            }
            return Behaviors.stopped();
        });
    }
}
