package io.troupe.generals.byzantine;

import io.troupe.generals.Chronicle;
import io.troupe.generals.Order;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A general (§1): the commander or a lieutenant, loyal or not. It keeps the rounds by its clock, which makes the absence
 * of a message something that can be noticed (A3, §6), and hands on what it hears to its {@link Role}.
 *
 * <p>Transitions: waiting → round 1 upon {@link Begin} → … → round m+1 → decided, one round every {@code roundLength}.
 */
public final class General extends AbstractBehavior<General.Command> {

    /** What a general reacts to. */
    public sealed interface Command permits Begin, Letter, RoundEnded {}

    /** The trumpet: all generals hear it within much less than a round. */
    public record Begin() implements Command, Wire {}

    /** @param from who it is; written by the {@link General} that sends it, which no traitor gets hold of (A2) */
    public record Letter(String from, Message message) implements Command, Wire {}

    enum RoundEnded implements Command {
        BY_THE_CLOCK
    }

    private final String name;
    private final Role role;
    private final Allegiance allegiance;
    private final Map<String, ActorRef<Command>> others;
    private final Duration roundLength;
    private final TimerScheduler<Command> timers;
    private final Chronicle chronicle;
    /** 0 before the first. */
    private int round;

    /**
     * @param others by name; a letter to anybody else is not sent
     * @param roundLength longer than a message takes plus what the clocks differ by, or a loyal general counts as silent
     * @param chronicle is told {@code "round"} and {@code "decision"}
     */
    public static Behavior<Command> create(
            String name,
            Role role,
            Allegiance allegiance,
            Map<String, ActorRef<Command>> others,
            Duration roundLength,
            Chronicle chronicle) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new General(context, name, role, allegiance, others, roundLength, timers, chronicle)));
    }

    private General(
            ActorContext<Command> context,
            String name,
            Role role,
            Allegiance allegiance,
            Map<String, ActorRef<Command>> others,
            Duration roundLength,
            TimerScheduler<Command> timers,
            Chronicle chronicle) {
        super(context);
        this.name = name;
        this.role = role;
        this.allegiance = allegiance;
        this.others = Map.copyOf(others);
        this.roundLength = roundLength;
        this.timers = timers;
        this.chronicle = chronicle;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Begin.class, begin -> onBegin())
                .onMessage(Letter.class, this::onLetter)
                .onMessage(RoundEnded.class, ended -> onRoundEnded())
                .build();
    }

    private Behavior<Command> onBegin() {
        if (round > 0) {
            return this;
        }
        timers.startTimerAtFixedRate(RoundEnded.BY_THE_CLOCK, roundLength);
        beginRound(1);
        return this;
    }

    /** What comes before the trumpet is from somebody who heard it earlier, and on time. */
    private Behavior<Command> onLetter(Letter letter) {
        role.receive(Math.max(round, 1), letter.from(), letter.message());
        return this;
    }

    private Behavior<Command> onRoundEnded() {
        if (round < role.rounds()) {
            beginRound(round + 1);
            return this;
        }
        timers.cancelAll();
        Order decision = role.decide();
        chronicle.state("decision", decision);
        return Behaviors.receiveMessage(tooLate -> Behaviors.same());
    }

    private void beginRound(int next) {
        round = next;
        chronicle.state("round", round);
        for (Sending sending : allegiance.send(round, role.send(round))) {
            ActorRef<Command> to = others.get(sending.to());
            if (to != null) {
                to.tell(new Letter(name, sending.message()));
            }
        }
    }
}
