package io.troupe.generals.dls;

import io.troupe.generals.Chronicle;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A process of DLS's Algorithm 1 (§3.1). Phase k has four rounds and the coordinator k mod n: the processes say what they
 * can accept; the coordinator asks all to lock a value; they lock and acknowledge; all say what they have locked.
 *
 * <p>Transitions: undecided → decided, in a phase of its own, with f+1 acknowledgements; it then goes on taking part.
 */
public final class PartialSynchrony extends AbstractBehavior<PartialSynchrony.Command> {

    /** What a process reacts to; a message counts in the round that it is of, and else is lost. */
    public sealed interface Command permits Acceptable, Lock, Acknowledged, Locked, RoundEnded {}

    /** Round 4k-3. {@code proper}, in every message: values that somebody began with. */
    public record Acceptable(int from, int phase, List<Integer> values, List<Integer> proper)
            implements Command, Wire {}

    /** Round 4k-2: "(lock v, k)". */
    public record Lock(int phase, int value, List<Integer> proper) implements Command, Wire {}

    /** Round 4k-1: "(ack, k)". */
    public record Acknowledged(int from, int phase, List<Integer> proper) implements Command, Wire {}

    /** Round 4k: what the sender has locked, and since which phases. */
    public record Locked(int phase, SortedMap<Integer, Integer> locks, List<Integer> proper) implements Command, Wire {}

    enum RoundEnded implements Command {
        BY_THE_CLOCK
    }

    private static final int ROUNDS_OF_A_PHASE = 4;

    private final int self;
    private final int n;
    private final int f;
    private final Map<Integer, ActorRef<Command>> others;
    private final Chronicle chronicle;
    private final SortedSet<Integer> proper = new TreeSet<>();
    private final Locks locks = new Locks();
    private int round;
    private Optional<Integer> decision = Optional.empty();

    // Of this phase.
    private final Map<Integer, List<Integer>> acceptable = new HashMap<>();
    private final SortedSet<Integer> acknowledged = new TreeSet<>();
    private Optional<Integer> asked = Optional.empty();
    private Optional<Integer> proposed = Optional.empty();

    /**
     * @param self its number, 0 to n-1
     * @param f how many processes may crash; fewer than half of them
     * @param roundLength after GST longer than a message takes plus what the clocks differ by; all begin together
     * @param chronicle is told {@code "phase"}, {@code "locks"} and {@code "decision"}
     * @throws IllegalArgumentException when {@code f} is out of bounds, or the numbers are not those from 0 to n-1
     */
    public static Behavior<Command> create(
            int self,
            int f,
            int input,
            Map<Integer, ActorRef<Command>> others,
            Duration roundLength,
            Chronicle chronicle) {
        if (f < 0 || 2L * f > others.size()) {
            throw new IllegalArgumentException("0 or more and fewer than half of the processes may crash, not " + f
                    + " of " + (others.size() + 1) + " (DLS 1988, Theorem 3.1)");
        }
        requireNumbers(self, new TreeSet<>(others.keySet()));
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new PartialSynchrony(context, timers, self, f, input, others, roundLength, chronicle)));
    }

    /** Else some phase would have no coordinator. */
    private static void requireNumbers(int self, SortedSet<Integer> others) {
        SortedSet<Integer> all = new TreeSet<>(others);
        if (!all.add(self) || all.first() != 0 || all.last() != others.size()) {
            throw new IllegalArgumentException("the process is " + self + " and the others are " + others
                    + "; together they must have the numbers from 0 to " + others.size());
        }
    }

    private PartialSynchrony(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            int self,
            int f,
            int input,
            Map<Integer, ActorRef<Command>> others,
            Duration roundLength,
            Chronicle chronicle) {
        super(context);
        this.self = self;
        this.n = others.size() + 1;
        this.f = f;
        this.others = new TreeMap<>(others);
        this.chronicle = chronicle;
        proper.add(input);
        timers.startTimerAtFixedRate(RoundEnded.BY_THE_CLOCK, roundLength);
        beginRound(1);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Acceptable.class, this::onAcceptable)
                .onMessage(Lock.class, this::onLock)
                .onMessage(Acknowledged.class, this::onAcknowledged)
                .onMessage(Locked.class, this::onLocked)
                .onMessage(RoundEnded.class, ended -> beginRound(round + 1))
                .build();
    }

    private int phase() {
        return (round - 1) / ROUNDS_OF_A_PHASE + 1;
    }

    /** 1 to 4. */
    private int roundOfPhase() {
        return (round - 1) % ROUNDS_OF_A_PHASE + 1;
    }

    private int coordinator() {
        return phase() % n;
    }

    private boolean isNow(int messagesPhase, int messagesRound) {
        return messagesPhase == phase() && messagesRound == roundOfPhase();
    }

    private List<Integer> properValues() {
        return List.copyOf(proper);
    }

    private Behavior<Command> beginRound(int next) {
        round = next;
        switch (roundOfPhase()) {
            case 1 -> sayWhatIsAcceptable();
            case 2 -> proposeIfCoordinator();
            case 3 -> acknowledgeIfAsked();
            default -> {
                decideIfAcknowledged();
                toAll(new Locked(phase(), locks.phases(), properValues()));
            }
        }
        return this;
    }

    private void sayWhatIsAcceptable() {
        acceptable.clear();
        acknowledged.clear();
        asked = Optional.empty();
        proposed = Optional.empty();
        chronicle.state("phase", phase());
        var values =
                proper.stream().filter(value -> locks.accepts(value, proper)).toList();
        tell(coordinator(), new Acceptable(self, phase(), values, properValues()));
    }

    /** A value that n-f processes accept, itself included. */
    private void proposeIfCoordinator() {
        if (coordinator() == self) {
            proposed = proper.stream()
                    .filter(value -> acceptable.values().stream()
                                    .filter(values -> values.contains(value))
                                    .count()
                            >= n - f)
                    .findFirst();
            proposed.ifPresent(value -> toAll(new Lock(phase(), value, properValues())));
        }
    }

    private void acknowledgeIfAsked() {
        asked.ifPresent(value -> {
            locks.lock(value, phase());
            chronicle.state("locks", locks.toString());
            tell(coordinator(), new Acknowledged(self, phase(), properValues()));
        });
    }

    /** f+1 have locked it, so one that does not crash has: nobody can collect n-f acceptances of another value. */
    private void decideIfAcknowledged() {
        if (proposed.isPresent() && isEnough(acknowledged.size(), f) && decision.isEmpty()) {
            decision = proposed;
            chronicle.state("decision", proposed.get());
        }
    }

    static boolean isEnough(int acknowledgements, int f) {
        return acknowledgements > f;
    }

    private Behavior<Command> onAcceptable(Acceptable message) {
        proper.addAll(message.proper());
        if (isNow(message.phase(), 1)) {
            acceptable.put(message.from(), message.values());
        }
        return this;
    }

    private Behavior<Command> onLock(Lock message) {
        proper.addAll(message.proper());
        if (isNow(message.phase(), 2)) {
            asked = Optional.of(message.value());
        }
        return this;
    }

    private Behavior<Command> onAcknowledged(Acknowledged message) {
        proper.addAll(message.proper());
        if (isNow(message.phase(), 3)) {
            acknowledged.add(message.from());
        }
        return this;
    }

    private Behavior<Command> onLocked(Locked message) {
        proper.addAll(message.proper());
        if (isNow(message.phase(), 4)) {
            message.locks().forEach(locks::heard);
            chronicle.state("locks", locks.toString());
        }
        return this;
    }

    private void toAll(Command message) {
        others.values().forEach(other -> other.tell(message));
        getContext().getSelf().tell(message);
    }

    private void tell(int process, Command message) {
        var other = others.get(process);
        (other == null ? getContext().getSelf() : other).tell(message);
    }
}
