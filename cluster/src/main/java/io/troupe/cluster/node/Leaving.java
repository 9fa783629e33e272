package io.troupe.cluster.node;

import io.troupe.cluster.SystemGuardian;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Asks every hosted system to leave, and answers when all have. The coordinated shutdown bounds the wait. */
final class Leaving {

    private Leaving() {}

    static Behavior<Done> create(List<ActorRef<SystemGuardian.Command>> systems, ActorRef<Done> replyTo) {
        return Behaviors.setup(context -> {
            systems.forEach(system -> system.tell(new SystemGuardian.Leave(context.getSelf())));
            return waiting(systems.size(), replyTo);
        });
    }

    private static Behavior<Done> waiting(int left, ActorRef<Done> replyTo) {
        if (left == 0) {
            replyTo.tell(Done.getInstance());
            return Behaviors.stopped();
        }
        return Behaviors.receiveMessage(done -> waiting(left - 1, replyTo));
    }
}
