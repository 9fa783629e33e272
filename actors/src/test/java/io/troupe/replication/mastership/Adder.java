package io.troupe.replication.mastership;

import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/** A service at a master: asks for the epoch, reads in it, and after a while sets one more in it. */
final class Adder extends AbstractBehavior<Adder.Command> {

    /** What an observer, who knows all, hears of it. */
    interface Observer {
        void isMaster(String node, long epoch);

        void added(long epoch);

        /** It was not master any more. */
        void ended(long epoch);
    }

    sealed interface Command permits Begin, WrappedAnswer, WrappedOutcome, Set {}

    private enum Begin implements Command {
        BEGIN
    }

    private record WrappedAnswer(Mastership.Answer answer) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private record Set(long value) implements Command {}

    private static final long READ = 1;
    private static final long SET = 2;
    /** A command whose outcome is not known may come later in the same epoch: this one is repeated until it is. */
    private static final Duration UNTIL_ANSWERED = Duration.ofMinutes(10);

    private final NodeContext node;
    private final ActorRef<Mastership.Command> mastership;
    private final ActorRef<SessionClient.Command> session;
    private final Observer observer;
    private final RandomGenerator random;
    private final ActorRef<Mastership.Answer> answers;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private long epoch;

    static Behavior<Command> create(
            NodeContext node,
            ActorRef<Mastership.Command> mastership,
            ActorRef<SessionClient.Command> session,
            Observer observer) {
        return Behaviors.setup(context -> new Adder(context, node, mastership, session, observer));
    }

    private Adder(
            ActorContext<Command> context,
            NodeContext node,
            ActorRef<Mastership.Command> mastership,
            ActorRef<SessionClient.Command> session,
            Observer observer) {
        super(context);
        this.node = node;
        this.mastership = mastership;
        this.session = session;
        this.observer = observer;
        this.random = node.random("adder");
        this.answers = context.messageAdapter(Mastership.Answer.class, WrappedAnswer::new);
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        context.getSelf().tell(Begin.BEGIN);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Begin.BEGIN, this::onBegin)
                .onMessage(WrappedAnswer.class, wrapped -> onMastership(wrapped.answer()))
                .onMessage(Set.class, this::onSet)
                .onMessage(WrappedOutcome.class, wrapped -> onOutcome(wrapped.outcome()))
                .build();
    }

    private Behavior<Command> onBegin() {
        mastership.tell(new Mastership.Ask(answers));
        return this;
    }

    private Behavior<Command> onMastership(Mastership.Answer answer) {
        if (answer instanceof Mastership.Held held) {
            epoch = held.epoch();
            observer.isMaster(node.name(), epoch);
            session.tell(new SessionClient.Read(
                    READ,
                    MastershipMachine.under(epoch, ByteString.emptyByteString()),
                    ReadConsistency.LINEARIZABLE,
                    UNTIL_ANSWERED,
                    outcomes));
        } else {
            after(Begin.BEGIN, 100);
        }
        return this;
    }

    private Behavior<Command> onSet(Set set) {
        session.tell(new SessionClient.Submit(
                SET, MastershipMachine.under(epoch, Register.set(set.value())), UNTIL_ANSWERED, outcomes));
        return this;
    }

    private Behavior<Command> onOutcome(SessionClient.Outcome outcome) {
        var succeeded = (SessionClient.Succeeded) outcome;
        if (!(EpochAnswer.decode(succeeded.result()) instanceof EpochAnswer.Done done)) {
            observer.ended(epoch);
            after(Begin.BEGIN, 100);
        } else if (outcome.id() == READ) {
            after(new Set(Register.value(done.result()) + 1), 300);
        } else {
            observer.added(epoch);
            after(Begin.BEGIN, 100);
        }
        return this;
    }

    private void after(Command command, int millisMax) {
        getContext()
                .scheduleOnce(
                        Duration.ofMillis(random.nextInt(millisMax)),
                        getContext().getSelf(),
                        command);
    }
}
