package io.troupe.sim.example;

import java.io.Serializable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** Gives each who asks the next number, and remembers on disk how far it got. */
final class Dispenser extends EventSourcedBehavior<Dispenser.TakeTicket, Dispenser.TicketTaken, Long> {

    record TakeTicket(ActorRef<Ticket> replyTo) implements Serializable {}

    record Ticket(long number) implements Serializable {}

    record TicketTaken(long number) implements Serializable {}

    static Behavior<TakeTicket> create() {
        return Behaviors.setup(context -> new Dispenser());
    }

    private Dispenser() {
        super(PersistenceId.ofUniqueId("dispenser"));
    }

    @Override
    public Long emptyState() {
        return 0L;
    }

    @Override
    public CommandHandler<TakeTicket, TicketTaken, Long> commandHandler() {
        return (last, take) ->
                Effect().persist(new TicketTaken(last + 1)).thenReply(take.replyTo(), number -> new Ticket(number));
    }

    @Override
    public EventHandler<Long, TicketTaken> eventHandler() {
        return (last, taken) -> taken.number();
    }

    /** One that keeps the number in memory alone: it works until it is started again. */
    static Behavior<TakeTicket> forgetful(long last) {
        return Behaviors.receiveMessage(take -> {
            take.replyTo().tell(new Ticket(last + 1));
            return forgetful(last + 1);
        });
    }
}
