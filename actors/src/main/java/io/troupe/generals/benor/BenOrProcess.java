package io.troupe.generals.benor;

import static io.troupe.generals.benor.BenOr.NO_VALUE;

import io.troupe.generals.benor.BenOr.Command;
import io.troupe.generals.benor.BenOr.Decided;
import io.troupe.generals.benor.BenOr.Proposal;
import io.troupe.generals.benor.BenOr.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The state of one process of Ben-Or's protocol (1983, Protocol A), as a value: the actor {@link BenOr} runs it, and FLP's
 * explorer looks at all that can become of it.
 *
 * @param f how many may crash
 * @param x its present value
 * @param decision {@link BenOr#NO_VALUE} before it has decided
 * @param kept messages of the present and of later steps, its own included, in a fixed order
 */
public record BenOrProcess(int self, int n, int f, int round, Phase phase, int x, int decision, List<Command> kept) {

    /** Within a round. */
    public enum Phase {
        REPORTING,
        PROPOSING
    }

    /** What a process has become, and what it now says to all others. */
    public record Step(BenOrProcess process, List<Command> broadcast) {}

    private static final Comparator<Command> ORDER = Comparator.comparing(BenOrProcess::roundOf)
            .thenComparing(BenOrProcess::phaseOf)
            .thenComparing(BenOrProcess::senderOf);

    public BenOrProcess {
        if (f < 0 || 2L * f >= n) {
            throw new IllegalArgumentException("0 or more and fewer than half of the processes may crash, not " + f
                    + " of " + n + " (Ben-Or 1983, Protocol A)");
        }
        if (self < 0 || self >= n) {
            throw new IllegalArgumentException(
                    "a process of " + n + " has a number from 0 to " + (n - 1) + ", not " + self);
        }
        kept = List.copyOf(kept);
    }

    /** Step 1 of round 1. */
    public static Step start(int self, int n, int f, int input) {
        if (input != 0 && input != 1) {
            throw new IllegalArgumentException("an input is 0 or 1, not " + input);
        }
        var report = new Report(self, 1, input);
        var process = new BenOrProcess(self, n, f, 1, Phase.REPORTING, input, NO_VALUE, List.of(report));
        return process.advance(new ArrayList<>(List.of(report)), () -> NO_VALUE);
    }

    public boolean hasDecided() {
        return decision != NO_VALUE;
    }

    /** @param coin asked when nothing else tells what value to take */
    public Step receive(Command message, IntSupplier coin) {
        if (hasDecided() || isStale(message)) {
            return new Step(this, List.of());
        }
        List<Command> said = new ArrayList<>();
        if (message instanceof Decided decided) {
            return new Step(decide(decided.value(), said), said);
        }
        return with(round, phase, x, message).advance(said, coin);
    }

    /** Whether it is of a step that this process has behind it, and will do nothing. */
    public boolean isStale(Command message) {
        if (hasDecided() || message instanceof Decided) {
            return hasDecided();
        }
        boolean isOfThisRound = roundOf(message) == round;
        return isOfThisRound ? phaseOf(message).compareTo(phase) < 0 : roundOf(message) < round;
    }

    /** "Wait till messages of that kind are received from n - f processes", as often as that is so. */
    private Step advance(List<Command> said, IntSupplier coin) {
        var process = this;
        while (!process.hasDecided() && process.values().size() >= n - f) {
            process = process.phase == Phase.REPORTING ? process.propose(said) : process.conclude(said, coin);
        }
        return new Step(process, said);
    }

    /** Step 2. */
    private BenOrProcess propose(List<Command> said) {
        var proposal = new Proposal(self, round, Votes.majority(values(), n));
        said.add(proposal);
        return with(round, Phase.PROPOSING, x, proposal);
    }

    /** Step 3. */
    private BenOrProcess conclude(List<Command> said, IntSupplier coin) {
        var proposals = values();
        int proposed = Votes.proposed(proposals);
        if (Votes.isDecided(proposed, proposals, f)) {
            return decide(proposed, said);
        }
        int value = proposed != NO_VALUE ? proposed : coin.getAsInt();
        var report = new Report(self, round + 1, value);
        said.add(report);
        return with(round + 1, Phase.REPORTING, value, report);
    }

    private BenOrProcess decide(int value, List<Command> said) {
        said.add(new Decided(self, value));
        return new BenOrProcess(self, n, f, round, phase, value, value, List.of());
    }

    /** What it has been told in the present step. */
    private List<Integer> values() {
        return kept.stream()
                .filter(message -> roundOf(message) == round && phaseOf(message) == phase)
                .map(BenOrProcess::valueOf)
                .toList();
    }

    private BenOrProcess with(int newRound, Phase newPhase, int value, Command message) {
        var moved = new BenOrProcess(self, n, f, newRound, newPhase, value, decision, List.of());
        List<Command> left = new ArrayList<>();
        for (var old : kept) {
            if (!moved.isStale(old)) {
                left.add(old);
            }
        }
        if (!left.contains(message)) {
            left.add(message);
        }
        left.sort(ORDER);
        return new BenOrProcess(self, n, f, newRound, newPhase, value, decision, left);
    }

    private static int senderOf(Command message) {
        return message instanceof Report report
                ? report.from()
                : message instanceof Proposal proposal ? proposal.from() : ((Decided) message).from();
    }

    /** 0 for {@link Decided}, which is of no round. */
    public static int roundOf(Command message) {
        return message instanceof Report report
                ? report.round()
                : message instanceof Proposal proposal ? proposal.round() : 0;
    }

    private static Phase phaseOf(Command message) {
        return message instanceof Report ? Phase.REPORTING : Phase.PROPOSING;
    }

    public static int valueOf(Command message) {
        return message instanceof Report report
                ? report.value()
                : message instanceof Proposal proposal ? proposal.value() : ((Decided) message).value();
    }
}
