package io.troupe.generals.two;

import io.troupe.generals.Chronicle;
import io.troupe.generals.Order;
import io.troupe.wire.Wire;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One of two allied generals on two hills, the enemy between them. They win if both attack at dawn; who attacks alone is
 * lost. They speak through messengers, who may be caught.
 *
 * <p>Transitions: waiting, with 0, 1, 2, … messengers heard → ATTACK at dawn when enough were heard; else RETREAT.
 */
public final class AlliedGeneral extends AbstractBehavior<AlliedGeneral.Command> {

    /** What a general reacts to. */
    public sealed interface Command permits Messenger, Clock {}

    /**
     * @param number 0: "attack at dawn", from the first general; 1: "I know that you want to attack"; 2: "I know that you
     *     know"; and so on, by turns
     */
    public record Messenger(int number) implements Command, Wire {}

    enum Clock implements Command {
        DAWN
    }

    /**
     * What the generals have arranged.
     *
     * @param acknowledgements k: messengers 0 to k are sent, one after the other
     * @param copies how many messengers carry each message
     * @param untilDawn longer than all of them take when none is caught
     */
    public record Plan(int acknowledgements, int copies, Duration untilDawn) {

        public Plan {
            require(acknowledgements, copies);
        }

        static void require(int acknowledgements, int copies) {
            if (acknowledgements < 0 || copies < 1) {
                throw new IllegalArgumentException("a plan needs 0 or more acknowledgements and 1 or more copies, not "
                        + acknowledgements + " and " + copies);
            }
        }

        /** How many different messages the first (or the second) general hears when none is lost. */
        public int due(boolean first) {
            return first ? (acknowledgements + 1) / 2 : acknowledgements / 2 + 1;
        }
    }

    private final Plan plan;
    private final int needed;
    private final ActorRef<Command> ally;
    private final Chronicle chronicle;
    private int next;
    private int heard;

    /**
     * @param needed it attacks when it has heard that many different messages; {@link Plan#due} is all of them
     * @param chronicle is told {@code "heard"} and {@code "decision"}
     */
    public static Behavior<Command> create(
            Plan plan, boolean first, int needed, ActorRef<Command> ally, Chronicle chronicle) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new AlliedGeneral(context, timers, plan, first, needed, ally, chronicle)));
    }

    private AlliedGeneral(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Plan plan,
            boolean first,
            int needed,
            ActorRef<Command> ally,
            Chronicle chronicle) {
        super(context);
        this.plan = plan;
        this.needed = needed;
        this.ally = ally;
        this.chronicle = chronicle;
        this.next = first ? 1 : 0;
        timers.startSingleTimer(Clock.DAWN, plan.untilDawn());
        chronicle.state("heard", heard);
        if (first) {
            send(0);
        }
    }

    private void send(int number) {
        for (int copy = 0; copy < plan.copies(); copy++) {
            ally.tell(new Messenger(number));
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Messenger.class, this::onMessenger)
                .onMessage(Clock.class, dawn -> onDawn())
                .build();
    }

    private Behavior<Command> onMessenger(Messenger messenger) {
        if (messenger.number() == next) {
            heard++;
            chronicle.state("heard", heard);
            next += 2;
            if (messenger.number() < plan.acknowledgements()) {
                send(messenger.number() + 1);
            }
        }
        return this;
    }

    private Behavior<Command> onDawn() {
        chronicle.state("decision", heard >= needed ? Order.ATTACK : Order.RETREAT);
        return Behaviors.receiveMessage(tooLate -> Behaviors.same());
    }
}
