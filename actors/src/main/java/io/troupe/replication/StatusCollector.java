package io.troupe.replication;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Asks every replica of the node for its present numbers; who does not answer in time is shown as last known. */
final class StatusCollector {

    private StatusCollector() {}

    private interface Message {}

    private record Answer(Replica.Status status) implements Message {}

    private enum TimedOut implements Message {
        INSTANCE
    }

    static Behavior<Void> create(
            TreeMap<String, Replica.Status> lastKnown,
            List<ActorRef<Replica.Message>> replicas,
            Duration patience,
            ActorRef<Groups.Statuses> replyTo) {
        return Behaviors.<Message>setup(context -> Behaviors.withTimers(timers -> {
                    TreeMap<String, Replica.Status> statuses = new TreeMap<>(lastKnown);
                    if (replicas.isEmpty()) {
                        replyTo.tell(new Groups.Statuses(List.copyOf(statuses.values())));
                        return Behaviors.stopped();
                    }
                    timers.startSingleTimer(TimedOut.INSTANCE, patience);
                    ActorRef<Replica.Status> answers = context.messageAdapter(Replica.Status.class, Answer::new);
                    replicas.forEach(replica -> replica.tell(new ReplicaControl.GetStatus(answers)));
                    return collecting(statuses, replicas.size(), replyTo);
                }))
                .unsafeCast();
    }

    private static Behavior<Message> collecting(
            TreeMap<String, Replica.Status> statuses, int missing, ActorRef<Groups.Statuses> replyTo) {
        return Behaviors.receive(Message.class)
                .onMessage(Answer.class, answer -> {
                    statuses.put(answer.status().group(), answer.status());
                    return missing == 1 ? finish(statuses, replyTo) : collecting(statuses, missing - 1, replyTo);
                })
                .onMessageEquals(TimedOut.INSTANCE, () -> finish(statuses, replyTo))
                .build();
    }

    private static Behavior<Message> finish(
            TreeMap<String, Replica.Status> statuses, ActorRef<Groups.Statuses> replyTo) {
        replyTo.tell(new Groups.Statuses(List.copyOf(statuses.values())));
        return Behaviors.stopped();
    }
}
