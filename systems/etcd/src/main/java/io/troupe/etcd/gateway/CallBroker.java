package io.troupe.etcd.gateway;

import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Takes unary calls to the node's session client and their outcomes back. The session client retries within
 * the deadline, exactly once, and answers every request; this actor puts what came of it in etcd's terms.
 */
public final class CallBroker extends AbstractBehavior<CallBroker.Command> {

    public sealed interface Command permits Call, Ended {}

    /** @param conclude told the result, once, by this actor's thread */
    record Call(GroupRequest request, Duration deadline, Consumer<Result> conclude) implements Command {}

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
        GroupRequest request = call.request();
        Consumer<SessionClient.Outcome> ended =
                outcome -> call.conclude().accept(SessionCalls.result(outcome, request.withoutLeader()));
        request.consistency()
                .ifPresentOrElse(
                        consistency -> calls.read(client, request.payload(), consistency, call.deadline(), ended),
                        () -> calls.submit(client, request.payload(), call.deadline(), ended));
        return this;
    }

    private Behavior<Command> onEnded(SessionClient.Outcome outcome) {
        calls.ended(outcome);
        return this;
    }
}
