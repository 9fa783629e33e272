package io.troupe.replication.voting;

import io.troupe.replication.Signatures;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * A replica's way to a device: says each output to the device's {@link OutputVoter}, and again until that has released it.
 */
public final class OutputPort extends AbstractBehavior<OutputPort.Command> {

    public sealed interface Command permits Act, Restore, Released, Tick {}

    /** From this replica's {@link ActingMachine}. */
    record Act(long number, ByteString output) implements Command {}

    /** The replica's state was replaced. */
    record Restore(Outbox.Kept kept) implements Command {}

    /**
     * From the device: lower numbers than {@code next} have been released, and need not be said again.
     *
     * @param signature the device's, see {@link #signed}
     */
    public record Released(long next, ByteString signature) implements Command, Wire {
        static ByteString signed(long next) {
            return ByteString.fromString("released below " + next);
        }
    }

    private enum Tick implements Command {
        TICK
    }

    /** Said again at a time; the voter takes as many ahead of what it has released. */
    static final int WINDOW = 64;

    private final String replica;
    private final String device;
    private final Signatures signatures;
    private final ActorRef<? super OutputVoter.Output> voter;
    private final Outbox outbox;
    /** What the device has not released. */
    private long next = 1;

    /**
     * @param replica stable id of this node
     * @param device by whose name the voter signs, and is spoken to
     * @param outputsMax as of the {@link ActingMachine}
     * @param sayAgain the pause before what is not released is said again
     */
    public static Behavior<Command> create(
            String replica,
            String device,
            Signatures signatures,
            ActorRef<? super OutputVoter.Output> voter,
            int outputsMax,
            Duration sayAgain) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new OutputPort(context, timers, replica, device, signatures, voter, outputsMax, sayAgain)));
    }

    private OutputPort(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String replica,
            String device,
            Signatures signatures,
            ActorRef<? super OutputVoter.Output> voter,
            int outputsMax,
            Duration sayAgain) {
        super(context);
        this.replica = replica;
        this.device = device;
        this.signatures = signatures;
        this.voter = voter;
        this.outbox = new Outbox(outputsMax);
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, sayAgain);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Act.class, this::onAct)
                .onMessage(Restore.class, this::onRestore)
                .onMessage(Released.class, this::onReleased)
                .onMessageEquals(Tick.TICK, this::onTick)
                .build();
    }

    private Behavior<Command> onAct(Act act) {
        outbox.put(act.number(), act.output());
        if (act.number() < next + WINDOW) {
            say(act.number());
        }
        return this;
    }

    private Behavior<Command> onRestore(Restore restore) {
        outbox.restore(restore.kept());
        return this;
    }

    private Behavior<Command> onReleased(Released released) {
        if (released.next() > next
                && signatures.isSigned(device, Released.signed(released.next()), released.signature())) {
            next = released.next();
        }
        return this;
    }

    private Behavior<Command> onTick() {
        next = Math.max(next, outbox.floor());
        for (long number = next; number < Math.min(next + WINDOW, outbox.next()); number++) {
            say(number);
        }
        return this;
    }

    private void say(long number) {
        Optional<ByteString> output = number < next ? Optional.empty() : outbox.get(number);
        output.ifPresent(value -> voter.tell(new OutputVoter.Output(
                replica,
                outbox.floor(),
                number,
                value,
                signatures.sign(OutputVoter.Output.signed(device, outbox.floor(), number, value)),
                getContext().getSelf().narrow())));
    }
}
