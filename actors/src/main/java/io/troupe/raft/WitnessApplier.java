package io.troupe.raft;

import io.troupe.replication.Applier;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * What a witness has in place of an {@link Applier}: it follows how far the log is committed, and has no state. Its
 * snapshots are empty, and let its log be compacted.
 */
final class WitnessApplier extends AbstractBehavior<Applier.Command> {

    private final ActorRef<? super Applier.Event> replica;
    private LogPosition applied = LogPosition.ORIGIN;

    static Behavior<Applier.Command> create(ActorRef<? super Applier.Event> replica) {
        return Behaviors.setup(context -> new WitnessApplier(context, replica));
    }

    private WitnessApplier(ActorContext<Applier.Command> context, ActorRef<? super Applier.Event> replica) {
        super(context);
        this.replica = replica;
    }

    @Override
    public Receive<Applier.Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Applier.Apply.class, this::onApply)
                .onMessage(Applier.Ask.class, this::onAsk)
                .onMessageEquals(Applier.Freeze.FREEZE, this::onFreeze)
                .onMessage(Applier.Restore.class, this::onRestore)
                .build();
    }

    private Behavior<Applier.Command> onApply(Applier.Apply apply) {
        apply.operations().inOrder((index, term, elided) -> {
            if (index > applied.index()) {
                applied = new LogPosition(index, term);
            }
        });
        replica.tell(new Applier.Applied(applied.index(), 0));
        return this;
    }

    /** {@link Role} lets no read come here. */
    private Behavior<Applier.Command> onAsk(Applier.Ask ask) {
        ask.queries()
                .forEach(query ->
                        Rejections.reject(query, Replica.Reason.UNSUPPORTED, "a witness has no state to read"));
        replica.tell(new Applier.Applied(applied.index(), ask.queries().size()));
        return this;
    }

    private Behavior<Applier.Command> onFreeze() {
        replica.tell(new Applier.Frozen(applied.index(), applied.term(), out -> {}));
        return this;
    }

    private Behavior<Applier.Command> onRestore(Applier.Restore restore) {
        applied = new LogPosition(restore.index(), restore.term());
        replica.tell(new Applier.Restored(applied.index()));
        replica.tell(new Applier.Applied(applied.index(), 0));
        return this;
    }
}
