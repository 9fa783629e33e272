package io.troupe.sim.example;

import io.troupe.sim.example.Dispenser.TakeTicket;
import io.troupe.sim.example.Dispenser.Ticket;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Takes a ticket every now and then. */
final class Visitor {

    private Visitor() {}

    private record Again() {}

    static Behavior<Object> create(ActorRef<TakeTicket> dispenser, LongConsumer onTicket) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Again(), Duration.ofMillis(200));
            ActorRef<Ticket> self = context.getSelf().narrow();
            return Behaviors.receive(Object.class)
                    .onMessage(Again.class, again -> {
                        dispenser.tell(new TakeTicket(self));
                        return Behaviors.same();
                    })
                    .onMessage(Ticket.class, ticket -> {
                        onTicket.accept(ticket.number());
                        return Behaviors.same();
                    })
                    .build();
        }));
    }
}
