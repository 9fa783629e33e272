package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.synod.AcceptorState.Granted;
import io.troupe.paxos.synod.AcceptorState.Refused;
import io.troupe.paxos.synod.AcceptorState.Verdict;
import io.troupe.wire.Wire;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.util.ByteString;

/**
 * Acceptor (Paxos Made Simple, §2.2): the memory of a quorum.
 *
 * <p>Transitions: promised b → promised b' by {@link Prepare}, when b' is not below b; promised b → accepted (b', v) by
 * {@link Accept}, when b' is not below b. It never forgets either: both are events, durable before the answer leaves
 * (§2.5). What it must refuse it says so, that the proposer gives up early (§2.2).
 */
public final class Acceptor extends EventSourcedBehavior<Acceptor.Command, Acceptor.Event, AcceptorState> {

    public sealed interface Command extends Wire permits Prepare, Accept {}

    /** Phase 1a: will you accept nothing below this ballot, and what have you accepted? */
    public record Prepare(Ballot ballot, ActorRef<Proposer.Command> replyTo) implements Command {}

    /** Phase 2a: accept this value in this ballot. Answered to the learners. */
    public record Accept(Ballot ballot, ByteString value, ActorRef<Proposer.Command> replyTo) implements Command {}

    public sealed interface Event extends Wire permits Promised, Accepted {}

    public record Promised(Ballot ballot) implements Event {}

    public record Accepted(Ballot ballot, ByteString value) implements Event {}

    /**
     * How an acceptor says what it has decided, and durably knows.
     *
     * @param learners told of everything that it accepts: all of them, or a distinguished one (§2.3)
     */
    record Voice(String name, List<ActorRef<Learner.Command>> learners) {

        void answer(Command command, AcceptorState now) {
            if (command instanceof Prepare prepare) {
                prepare.replyTo().tell(new Proposer.Promise(prepare.ballot(), name, now.accepted()));
            } else if (command instanceof Accept accept) {
                learners.forEach(learner -> learner.tell(new Learner.Accepted(accept.ballot(), accept.value(), name)));
            }
        }

        void refuse(Command command, Refused refused) {
            if (command instanceof Prepare prepare) {
                prepare.replyTo().tell(new Proposer.Rejected(prepare.ballot(), refused.promised()));
            } else if (command instanceof Accept accept) {
                accept.replyTo().tell(new Proposer.Rejected(accept.ballot(), refused.promised()));
            }
        }
    }

    private final Voice voice;

    /**
     * @param instance names the value to be agreed on, unique in the cluster
     * @param name stable id of its node
     * @param learners told of everything that it accepts
     */
    public static Behavior<Command> create(String instance, String name, List<ActorRef<Learner.Command>> learners) {
        return Behaviors.setup(context -> new Acceptor(instance, new Voice(name, learners)));
    }

    private Acceptor(String instance, Voice voice) {
        super(PersistenceId.ofUniqueId("synod-" + instance + "-acceptor@" + voice.name()));
        this.voice = voice;
    }

    @Override
    public AcceptorState emptyState() {
        return AcceptorState.INITIAL;
    }

    @Override
    public CommandHandler<Command, Event, AcceptorState> commandHandler() {
        return (state, command) -> onCommand(state, command);
    }

    private Effect<Event, AcceptorState> onCommand(AcceptorState state, Command command) {
        Verdict verdict = state.judge(command);
        if (verdict instanceof Refused refused) {
            return Effect().none().thenRun(() -> voice.refuse(command, refused));
        }
        return Effect().persist(((Granted) verdict).event()).thenRun(now -> voice.answer(command, now));
    }

    @Override
    public EventHandler<AcceptorState, Event> eventHandler() {
        return AcceptorState::after;
    }
}
