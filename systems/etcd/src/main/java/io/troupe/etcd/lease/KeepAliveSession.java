package io.troupe.etcd.lease;

import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.EtcdError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One client's stream of keep-alives, answered in their order. Several are under way at a time: a client may keep thousands of
 * leases alive by one stream, a quorum confirms each renewal, and those that come together it confirms at once.
 */
public final class KeepAliveSession extends AbstractBehavior<KeepAliveSession.Command> {

    public sealed interface Command permits Requested, Writable, Finished, Gone, LeaderLost, Replied {}

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

    private record Replied(LeaseDesk.Reply reply) implements Command {}

    /** A client whose requests are under way may send no more of them. */
    static final int UNDER_WAY_MAX = 256;

    private static final class UnderWay {
        final long id;
        final ResponseHeader before;
        Optional<LeaseDesk.Reply> reply = Optional.empty();

        UnderWay(long id, ResponseHeader before) {
            this.id = id;
            this.before = before;
        }
    }

    private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
    private final ActorRef<LeaseDesk.Command> desk;
    private final Supplier<ResponseHeader> header;
    private final Duration deadline;
    private final ActorRef<LeaseDesk.Reply> replies;
    private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
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
        this.replies = context.messageAdapter(LeaseDesk.Reply.class, Replied::new);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Requested.class, requested -> onRequested(requested.request()))
                .onMessage(Replied.class, replied -> onReply(replied.reply()))
                .onMessage(Writable.class, ignored -> askForMore())
                .onMessage(Finished.class, ignored -> onFinished())
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> end(EtcdError.NO_LEADER))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    /** The header is made before the lease is renewed: a client must not see a revision at which it was already gone. */
    private Behavior<Command> onRequested(LeaseKeepAliveRequest request) {
        underWay.add(new UnderWay(request.getID(), header.get()));
        desk.tell(new LeaseDesk.Ask(request.getID(), true, deadline, replies));
        requestDue = true;
        return askForMore();
    }

    /** Which of several of one lease a reply was meant for makes no difference: it is for the first. */
    private Behavior<Command> onReply(LeaseDesk.Reply reply) {
        underWay.stream()
                .filter(waiting -> waiting.id == reply.id() && waiting.reply.isEmpty())
                .findFirst()
                .ifPresent(waiting -> waiting.reply = Optional.of(reply));
        while (!underWay.isEmpty() && underWay.peek().reply.isPresent()) {
            UnderWay first = underWay.remove();
            if (first.reply.get() instanceof LeaseDesk.Unanswered) {
                return end(EtcdError.NO_LEADER);
            }
            client.onNext(LeaseKeepAliveResponse.newBuilder()
                    .setHeader(first.before)
                    .setID(first.id)
                    .setTTL(first.reply.get() instanceof LeaseDesk.Lasting lasting ? lasting.seconds() : 0)
                    .build());
        }
        return finished && underWay.isEmpty() ? complete() : askForMore();
    }

    private Behavior<Command> askForMore() {
        if (requestDue && client.isReady() && underWay.size() < UNDER_WAY_MAX) {
            requestDue = false;
            client.request(1);
        }
        return this;
    }

    private Behavior<Command> onFinished() {
        finished = true;
        return underWay.isEmpty() ? complete() : this;
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
