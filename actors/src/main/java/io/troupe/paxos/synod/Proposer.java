package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * Proposer (Paxos Made Simple, §2.2): has a value of its own, and sees to it that some value is chosen.
 *
 * <p>Transitions: taking a ballot → preparing, when the ballot is written down; preparing → accepting, when a quorum of
 * phase 1 has promised: with the value of the highest ballot that any of them has accepted, or else with its own (P2c);
 * any → taking a higher ballot, after a random pause that grows with each attempt, because two that never wait may go on
 * for ever (§2.4); any → done, when it learns what is chosen.
 */
public final class Proposer extends AbstractBehavior<Proposer.Command> {

    public sealed interface Command permits BallotTaken, Promise, Rejected, Learner.Chosen, Retry {}

    /** From the {@link BallotBook}: written down, and not used before. */
    record BallotTaken(Ballot ballot) implements Command {}

    /**
     * Phase 1b: the acceptor accepts nothing below this ballot any more.
     *
     * @param accepted what it has accepted in the highest ballot
     */
    public record Promise(Ballot ballot, String acceptor, Optional<Proposal> accepted) implements Command, Wire {}

    /** The acceptor has promised a higher ballot than this one. */
    public record Rejected(Ballot ballot, Ballot promised) implements Command, Wire {}

    enum Retry implements Command {
        RETRY
    }

    enum Phase {
        TAKING_A_BALLOT,
        PREPARING,
        ACCEPTING,
        DONE
    }

    /** All that its future depends on, for a test that explores it. */
    record State(Phase phase, Ballot ballot, Ballot highest, TreeSet<String> promised, Optional<Proposal> accepted) {}

    private static final int DOUBLINGS_MAX = 6;

    private final TimerScheduler<Command> timers;
    private final ByteString own;
    private final Quorums quorums;
    private final SortedMap<String, ActorRef<Acceptor.Command>> acceptors;
    private final ActorRef<BallotBook.Next> book;
    private final ActorRef<Learner.Command> learner;
    private final Duration patience;
    private final RandomGenerator random;
    private final Consumer<State> witness;

    private Phase phase = Phase.TAKING_A_BALLOT;
    private Ballot ballot = Ballot.NONE;
    private Ballot highestSeen = Ballot.NONE;
    private final TreeSet<String> promised = new TreeSet<>();
    private Optional<Proposal> highestAccepted = Optional.empty();
    private int attempts;

    /**
     * @param own proposed when no other value may have been chosen
     * @param acceptors by stable node id: those of {@code quorums}
     * @param book this proposer's own
     * @param learner tells what is chosen
     * @param patience with one attempt, in the beginning; the pause between attempts is random and doubles up to 64 times
     */
    public static Behavior<Command> create(
            ByteString own,
            Quorums quorums,
            SortedMap<String, ActorRef<Acceptor.Command>> acceptors,
            ActorRef<BallotBook.Next> book,
            ActorRef<Learner.Command> learner,
            Duration patience,
            RandomGenerator random) {
        return create(own, quorums, acceptors, book, learner, patience, random, state -> {});
    }

    static Behavior<Command> create(
            ByteString own,
            Quorums quorums,
            SortedMap<String, ActorRef<Acceptor.Command>> acceptors,
            ActorRef<BallotBook.Next> book,
            ActorRef<Learner.Command> learner,
            Duration patience,
            RandomGenerator random,
            Consumer<State> witness) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new Proposer(
                context, timers, own, quorums, new TreeMap<>(acceptors), book, learner, patience, random, witness)));
    }

    private Proposer(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ByteString own,
            Quorums quorums,
            SortedMap<String, ActorRef<Acceptor.Command>> acceptors,
            ActorRef<BallotBook.Next> book,
            ActorRef<Learner.Command> learner,
            Duration patience,
            RandomGenerator random,
            Consumer<State> witness) {
        super(context);
        this.timers = timers;
        this.own = own;
        this.quorums = quorums;
        this.acceptors = acceptors;
        this.book = book;
        this.learner = learner;
        this.patience = patience;
        this.random = random;
        this.witness = witness;
        takeBallot();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(BallotTaken.class, this::onBallotTaken)
                .onMessage(Promise.class, this::onPromise)
                .onMessage(Rejected.class, this::onRejected)
                .onMessage(Learner.Chosen.class, this::onChosen)
                .onMessageEquals(Retry.RETRY, this::onRetry)
                .build();
    }

    private void takeBallot() {
        phase = Phase.TAKING_A_BALLOT;
        learner.tell(new Learner.Learn(getContext().getSelf().narrow()));
        book.tell(new BallotBook.Next(highestSeen, getContext().getSelf()));
        timers.startSingleTimer(Retry.RETRY, pause());
        witness();
    }

    /** One to two times the patience, doubled with each attempt: whoever draws the shortest goes through (§2.4). */
    private Duration pause() {
        long ceiling = patience.toNanos() << Math.min(attempts++, DOUBLINGS_MAX);
        return Duration.ofNanos(ceiling + random.nextLong(ceiling));
    }

    /** Phase 1(a). */
    private Behavior<Command> onBallotTaken(BallotTaken taken) {
        if (phase == Phase.TAKING_A_BALLOT) {
            phase = Phase.PREPARING;
            ballot = taken.ballot();
            promised.clear();
            highestAccepted = Optional.empty();
            var prepare = new Acceptor.Prepare(ballot, getContext().getSelf());
            acceptors.values().forEach(acceptor -> acceptor.tell(prepare));
        }
        return witness();
    }

    private Behavior<Command> onPromise(Promise promise) {
        if (phase != Phase.PREPARING || !promise.ballot().equals(ballot)) {
            return this; // Of an attempt that was given up.
        }
        promised.add(promise.acceptor());
        highestAccepted = higher(highestAccepted, promise.accepted());
        if (quorums.isPhase1(promised)) {
            propose();
        }
        return witness();
    }

    private static Optional<Proposal> higher(Optional<Proposal> one, Optional<Proposal> other) {
        boolean isHigher = other.isPresent()
                && (one.isEmpty() || other.get().ballot().isAfter(one.get().ballot()));
        return isHigher ? other : one;
    }

    /** Phase 2(a): §2.2, P2c. */
    private void propose() {
        phase = Phase.ACCEPTING;
        ByteString value = highestAccepted.map(Proposal::value).orElse(own);
        var accept = new Acceptor.Accept(ballot, value, getContext().getSelf());
        acceptors.values().forEach(acceptor -> acceptor.tell(accept));
        promised.clear(); // From here on only what the learner says matters.
        highestAccepted = Optional.empty();
    }

    /** It waits for the pause to end all the same: to go on at once is how duels begin. */
    private Behavior<Command> onRejected(Rejected rejected) {
        if (rejected.promised().isAfter(highestSeen)) {
            highestSeen = rejected.promised();
        }
        return witness();
    }

    private Behavior<Command> onRetry() {
        if (phase != Phase.DONE) {
            takeBallot();
        }
        return this;
    }

    private Behavior<Command> onChosen(Learner.Chosen chosen) {
        phase = Phase.DONE;
        timers.cancel(Retry.RETRY);
        return witness();
    }

    private Behavior<Command> witness() {
        witness.accept(new State(phase, ballot, highestSeen, new TreeSet<>(promised), highestAccepted));
        return this;
    }
}
