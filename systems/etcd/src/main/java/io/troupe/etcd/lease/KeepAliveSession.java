package io.troupe.etcd.lease;

import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.EtcdError;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/** One client's stream of keep-alives, answered one after the other. */
public final class KeepAliveSession extends AbstractBehavior<KeepAliveSession.Command> {

    public sealed interface Command permits Requested, Writable, Finished, Gone, LeaderLost, Answered {}

    /** From the client. */
    public record Requested(LeaseKeepAliveRequest request) implements Command {}

    /** The stream takes more again. */
    public record Writable() implements Command {}

    /** The client sends no more. */
    public record Finished() implements Command {}

    /** The client has left. */
    public record Gone() implements Command {}

    /** The client asked that there be a leader, and there has been none for too long. */
    public record LeaderLost() implements Command {}

    private record Answered(long id, ResponseHeader header, LeaseDesk.Reply reply) implements Command {}

    private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
    private final ActorRef<LeaseDesk.Command> desk;
    private final Supplier<ResponseHeader> header;
    private final Duration deadline;
    private boolean answering;
    private boolean requestDue;
    private boolean finished;
    private boolean closed;

    /**
     * @param client flow-controlled: one request has been asked for, and more only by this actor
     * @param header of the present
     * @param deadline for each keep-alive
     */
    public static Behavior<Command> create(
            ServerCallStreamObserver<LeaseKeepAliveResponse> client,
            ActorRef<LeaseDesk.Command> desk,
            Supplier<ResponseHeader> header,
            Duration deadline) {
        return Behaviors.setup(context -> new KeepAliveSession(context, client, desk, header, deadline));
    }

    private KeepAliveSession(
            ActorContext<Command> context,
            ServerCallStreamObserver<LeaseKeepAliveResponse> client,
            ActorRef<LeaseDesk.Command> desk,
            Supplier<ResponseHeader> header,
            Duration deadline) {
        super(context);
        this.client = client;
        this.desk = desk;
        this.header = header;
        this.deadline = deadline;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Requested.class, requested -> onRequested(requested.request()))
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Writable.class, ignored -> askForMore())
                .onMessage(Finished.class, ignored -> onFinished())
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> end(EtcdError.NO_LEADER))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    /** The header is made before the lease is renewed: a client must not see a revision at which it was already gone. */
    private Behavior<Command> onRequested(LeaseKeepAliveRequest request) {
        answering = true;
        ResponseHeader before = header.get();
        desk.tell(new LeaseDesk.Ask(
                request.getID(),
                true,
                deadline,
                getContext()
                        .messageAdapter(LeaseDesk.Reply.class, reply -> new Answered(request.getID(), before, reply))));
        return this;
    }

    private Behavior<Command> onAnswered(Answered answered) {
        answering = false;
        if (answered.reply() instanceof LeaseDesk.Unanswered) {
            return end(EtcdError.NO_LEADER);
        }
        long ttl = answered.reply() instanceof LeaseDesk.Lasting lasting ? lasting.seconds() : 0;
        client.onNext(LeaseKeepAliveResponse.newBuilder()
                .setHeader(answered.header())
                .setID(answered.id())
                .setTTL(ttl)
                .build());
        if (finished) {
            return complete();
        }
        requestDue = true;
        return askForMore();
    }

    private Behavior<Command> askForMore() {
        if (requestDue && client.isReady()) {
            requestDue = false;
            client.request(1);
        }
        return this;
    }

    private Behavior<Command> onFinished() {
        finished = true;
        return answering ? this : complete();
    }

    private Behavior<Command> complete() {
        closed = true;
        client.onCompleted();
        return Behaviors.stopped();
    }

    private Behavior<Command> end(EtcdError error) {
        closed = true;
        client.onError(error.toException());
        return Behaviors.stopped();
    }

    private Behavior<Command> onGone() {
        closed = true;
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        if (!closed && !client.isCancelled()) {
            client.onError(EtcdError.STOPPED.toException());
        }
        return this;
    }
}
