package io.troupe.replication;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Has every replica of a leaving node give up leadership (thesis §3.10), waits for the answers, and stops. */
final class LeadershipHandOver {

    private LeadershipHandOver() {}

    private interface Message {}

    private record Answer(Replica.Reply reply) implements Message {}

    private enum TimedOut implements Message {
        INSTANCE
    }

    static Behavior<Void> create(List<ActorRef<Replica.Message>> replicas, Duration patience, ActorRef<Done> replyTo) {
        return Behaviors.<Message>setup(context -> Behaviors.withTimers(timers -> {
                    if (replicas.isEmpty()) {
                        return finish(replyTo);
                    }
                    timers.startSingleTimer(TimedOut.INSTANCE, patience);
                    ActorRef<Replica.Reply> answers = context.messageAdapter(Replica.Reply.class, Answer::new);
                    for (ActorRef<Replica.Message> replica : replicas) {
                        replica.tell(ReplicaControl.Abstain.ABSTAIN);
                        replica.tell(new Replica.TransferLeadership(Optional.empty(), true, answers));
                    }
                    return waiting(replicas.size(), replyTo);
                }))
                .unsafeCast();
    }

    private static Behavior<Message> waiting(int missing, ActorRef<Done> replyTo) {
        return Behaviors.receive(Message.class)
                .onMessage(Answer.class, answer -> missing == 1 ? finish(replyTo) : waiting(missing - 1, replyTo))
                .onMessageEquals(TimedOut.INSTANCE, () -> finish(replyTo))
                .build();
    }

    private static Behavior<Message> finish(ActorRef<Done> replyTo) {
        replyTo.tell(Done.getInstance());
        return Behaviors.stopped();
    }
}
