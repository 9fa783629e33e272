package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.wire.Wire;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * Learner (Paxos Made Simple, §2.3): finds out that a value is chosen, and which.
 *
 * <p>Transitions: waiting → knows v, when a quorum of phase 2 has accepted v in one ballot, or when another learner says so.
 * Acceptors tell all learners, or a distinguished one that the others ask ({@link Learn}); one that has missed what the
 * acceptors said asks as well.
 */
public final class Learner extends AbstractBehavior<Learner.Command> {

    public sealed interface Command permits Accepted, Chosen, Learn {}

    /** Phase 2b: the acceptor has accepted the value in this ballot. */
    public record Accepted(Ballot ballot, ByteString value, String acceptor) implements Command, Wire {}

    /** What is chosen: for ever. */
    public record Chosen(ByteString value) implements Command, Proposer.Command, Wire {}

    /** Tell me what is chosen, as soon as you know. */
    public record Learn(ActorRef<Chosen> replyTo) implements Command, Wire {}

    /** All that its future depends on, for a test that explores it. */
    record State(TreeMap<Ballot, TreeSet<String>> accepted, Optional<ByteString> chosen) {}

    private static final int WAITING_MAX = 1_000;
    private static final int BALLOTS_MAX = 1_000;

    private final Quorums quorums;
    private final Consumer<State> witness;
    private final TreeMap<Ballot, TreeSet<String>> accepted = new TreeMap<>();
    private final Set<ActorRef<Chosen>> waiting = new LinkedHashSet<>(); // in the order they came
    private Optional<ByteString> chosen = Optional.empty();

    public static Behavior<Command> create(Quorums quorums) {
        return create(quorums, state -> {});
    }

    static Behavior<Command> create(Quorums quorums, Consumer<State> witness) {
        return Behaviors.setup(context -> new Learner(context, quorums, witness));
    }

    private Learner(ActorContext<Command> context, Quorums quorums, Consumer<State> witness) {
        super(context);
        this.quorums = quorums;
        this.witness = witness;
        witness();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Accepted.class, this::onAccepted)
                .onMessage(Chosen.class, told -> knows(told.value()))
                .onMessage(Learn.class, this::onLearn)
                .build();
    }

    /** It counts on when it knows: another value chosen would be the end of all that is built on this. */
    private Behavior<Command> onAccepted(Accepted vote) {
        TreeSet<String> votes = accepted.computeIfAbsent(vote.ballot(), ballot -> new TreeSet<>());
        votes.add(vote.acceptor());
        if (quorums.isPhase2(votes)) {
            return knows(vote.value());
        }
        if (accepted.size() > BALLOTS_MAX) {
            accepted.pollFirstEntry(); // The lowest: if it was chosen, a higher one proposes the same value (P2).
        }
        return witness();
    }

    private Behavior<Command> knows(ByteString value) {
        if (chosen.isPresent() && !chosen.get().equals(value)) {
            throw new IllegalStateException(
                    "Two values are chosen: '" + chosen.get().utf8String() + "' and '" + value.utf8String()
                            + "'; some acceptor has forgotten what it promised");
        }
        chosen = Optional.of(value);
        waiting.forEach(learner -> learner.tell(new Chosen(value)));
        waiting.clear();
        return witness();
    }

    /** More than {@value #WAITING_MAX} are not answered: they ask again. */
    private Behavior<Command> onLearn(Learn learn) {
        if (chosen.isPresent()) {
            learn.replyTo().tell(new Chosen(chosen.get()));
        } else if (waiting.size() < WAITING_MAX) {
            waiting.add(learn.replyTo());
        }
        return witness();
    }

    private Behavior<Command> witness() {
        witness.accept(new State(new TreeMap<>(accepted), chosen));
        return this;
    }
}
