package io.troupe.generals.benor;

import io.troupe.generals.Chronicle;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * A process of Ben-Or's consensus. What it knows and does is in {@link BenOrProcess}; this hands messages to it, and its
 * own to all others.
 *
 * <p>Transitions: reporting in round r → proposing in round r → decided, or reporting in round r+1.
 */
public final class BenOr extends AbstractBehavior<BenOr.Command> {

    /** What processes say to each other. */
    public sealed interface Command extends Wire permits Report, Proposal, Decided {}

    /** (1, r, x): what the sender's value is. */
    public record Report(int from, int round, int value) implements Command {}

    /** (2, r, v, D): more than half reported v; or (2, r, ?), with {@link #NO_VALUE}. */
    public record Proposal(int from, int round, int value) implements Command {}

    /** The sender has decided, and takes part no more. */
    public record Decided(int from, int value) implements Command {}

    /** "?". */
    public static final int NO_VALUE = -1;

    private final Map<Integer, ActorRef<Command>> others;
    private final IntSupplier coin;
    private final Chronicle chronicle;
    private BenOrProcess process;

    /**
     * @param self its number, 0 to n-1
     * @param n processes in all
     * @param f of which may crash; fewer than half
     * @param input 0 or 1
     * @param coin 0 or 1 each with probability 1/2, and unknown to who delivers messages; what is fixed makes the protocol
     *     deterministic, and then a schedule exists on which it never ends
     * @param chronicle is told {@code "round"} and {@code "decision"}
     * @throws IllegalArgumentException when {@code self}, {@code f} or {@code input} is out of bounds
     */
    public static Behavior<Command> create(
            int self,
            int n,
            int f,
            int input,
            Map<Integer, ActorRef<Command>> others,
            IntSupplier coin,
            Chronicle chronicle) {
        var start = BenOrProcess.start(self, n, f, input);
        return Behaviors.setup(context -> new BenOr(context, start, others, coin, chronicle));
    }

    private BenOr(
            ActorContext<Command> context,
            BenOrProcess.Step start,
            Map<Integer, ActorRef<Command>> others,
            IntSupplier coin,
            Chronicle chronicle) {
        super(context);
        this.others = new TreeMap<>(others); // in a fixed order
        this.coin = coin;
        this.chronicle = chronicle;
        this.process = start.process();
        follow(start);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder().onMessage(Command.class, this::onCommand).build();
    }

    private Behavior<Command> onCommand(Command command) {
        follow(process.receive(command, coin));
        return this;
    }

    private void follow(BenOrProcess.Step step) {
        process = step.process();
        for (Command message : step.broadcast()) {
            others.values().forEach(other -> other.tell(message));
        }
        chronicle.state("round", List.of(process.round(), process.phase(), process.x()));
        if (process.hasDecided()) {
            chronicle.state("decision", process.decision());
        }
    }
}
