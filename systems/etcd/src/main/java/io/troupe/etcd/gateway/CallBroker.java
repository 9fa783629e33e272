package io.troupe.etcd.gateway;

import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * Takes unary calls to the node's session client and their outcomes back. The session client retries within
 * the deadline, exactly once, and answers every request; this actor puts what came of it in etcd's terms.
 */
public final class CallBroker extends AbstractBehavior<CallBroker.Command> {

    public sealed interface Command permits Call, Ended {}

    /**
     * @param consistency of a read; empty for a command to be applied
     * @param conclude told the result, once, by this actor's thread
     */
    record Call(ByteString payload, Optional<ReadConsistency> consistency, Duration deadline, Consumer<Result> conclude)
            implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private final ActorRef<SessionClient.Command> client;
    private final SessionCalls calls;

    public static Behavior<Command> create(ActorRef<SessionClient.Command> client) {
        return Behaviors.setup(context -> new CallBroker(context, client));
    }

    private CallBroker(ActorContext<Command> context, ActorRef<SessionClient.Command> client) {
        super(context);
        this.client = client;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Call.class, this::onCall)
                .onMessage(Ended.class, ended -> onEnded(ended.outcome()))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    /** The client answers nobody after its own end, which is soon followed by that of the whole gateway. */
    private Behavior<Command> onPostStop() {
        calls.stop();
        return this;
    }

    private Behavior<Command> onCall(Call call) {
        Consumer<Result> conclude = call.conclude();
        call.consistency()
                .ifPresentOrElse(
                        consistency -> calls.read(
                                client,
                                call.payload(),
                                consistency,
                                call.deadline(),
                                outcome -> conclude.accept(SessionCalls.answer(outcome))),
                        () -> calls.submit(
                                client,
                                call.payload(),
                                call.deadline(),
                                outcome -> conclude.accept(SessionCalls.result(outcome))));
        return this;
    }

    private Behavior<Command> onEnded(SessionClient.Outcome outcome) {
        calls.ended(outcome);
        return this;
    }
}
