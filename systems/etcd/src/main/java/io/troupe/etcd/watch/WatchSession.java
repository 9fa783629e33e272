package io.troupe.etcd.watch;

import com.google.common.base.CaseFormat;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.WatchFilter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One client's stream of watches: gives the watches their ids, speaks etcd's watch protocol, and writes no faster
 * than the client reads. Asks for the client's next request only when the answers to earlier ones are few.
 */
public final class WatchSession extends AbstractBehavior<WatchSession.Command> {

    public sealed interface Command
            permits Requested, Writable, Gone, LeaderLost, Opened, Refused, Events, Compacted, Canceled, Progress {}

    /**
     * From the client.
     *
     * @param revision what the store had reached when it came: a watch from now on is told of all that came later, however
     *     long its way to the hub was
     */
    public record Requested(WatchRequest request, long revision) implements Command {}

    /** The stream takes more again. */
    public record Writable() implements Command {}

    /** The client has left. */
    public record Gone() implements Command {}

    /** The client asked that there be a leader, and there has been none for too long. */
    public record LeaderLost() implements Command {}

    record Opened(long watchId, WatchCreateRequest request, long revision) implements Command {}

    record Refused(String reason, long revision) implements Command {}

    record Events(long watchId, long revision, List<Event> events, int bytes) implements Command {}

    record Compacted(long watchId, long compacted) implements Command {}

    record Canceled(long watchId, long revision) implements Command {}

    record Progress(long watchId, long revision) implements Command {}

    /** As etcd numbers a response that is about no watch, or about all of a stream. */
    static final long ALL_WATCHES = -1;

    private static final int UNWRITTEN_MAX = 256;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(50);

    /** What waits to be written, and what the hub is told when it is. */
    private record Outgoing(WatchResponse response, int events, int bytes) {}

    private final long streamId;
    private final ServerCallStreamObserver<WatchResponse> client;
    private final ActorRef<WatchHub.Command> hub;
    private final LongFunction<ResponseHeader> header;
    private final int responseBytesMax;
    private final Function<WatchCreateRequest, Optional<EtcdError>> access;
    /** Those the hub has opened and not ended: it answers in order, so an id means one watch at any time. */
    private final TreeMap<Long, WatchCreateRequest> watches = new TreeMap<>();

    private final ArrayDeque<Outgoing> unwritten = new ArrayDeque<>();
    private final LargeResponses large;
    private final TimerScheduler<Command> timers;
    /** Of large responses that were written since the stream was last ready. */
    private long unsentBytes;

    private int opening;
    private boolean requestDue;
    private boolean gone;

    /**
     * @param client flow-controlled: one request has been asked for, and more only by this actor
     * @param header makes a response header for a revision
     * @param responseBytesMax a larger response is cut in fragments for a watch that takes them
     * @param large those of all streams
     * @param access why the client may not watch that, if it may not
     */
    public static Behavior<Command> create(
            long streamId,
            ServerCallStreamObserver<WatchResponse> client,
            ActorRef<WatchHub.Command> hub,
            LongFunction<ResponseHeader> header,
            int responseBytesMax,
            LargeResponses large,
            Function<WatchCreateRequest, Optional<EtcdError>> access) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new WatchSession(context, timers, streamId, client, hub, header, responseBytesMax, large, access)));
    }

    private WatchSession(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            long streamId,
            ServerCallStreamObserver<WatchResponse> client,
            ActorRef<WatchHub.Command> hub,
            LongFunction<ResponseHeader> header,
            int responseBytesMax,
            LargeResponses large,
            Function<WatchCreateRequest, Optional<EtcdError>> access) {
        super(context);
        this.timers = timers;
        this.large = large;
        this.access = access;
        this.streamId = streamId;
        this.client = client;
        this.hub = hub;
        this.header = header;
        this.responseBytesMax = responseBytesMax;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Requested.class, this::onRequested)
                .onMessage(Writable.class, ignored -> onWritable())
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> onLeaderLost())
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Refused.class, this::onRefused)
                .onMessage(Events.class, this::onEvents)
                .onMessage(Compacted.class, this::onCompacted)
                .onMessage(Canceled.class, this::onCanceled)
                .onMessage(Progress.class, this::onProgress)
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onRequested(Requested requested) {
        WatchRequest request = requested.request();
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(from(requested.revision() + 1, request.getCreateRequest()));
            case CANCEL_REQUEST ->
                hub.tell(
                        new WatchHub.Cancel(streamId, request.getCancelRequest().getWatchId()));
            case PROGRESS_REQUEST ->
                hub.tell(new WatchHub.ReportProgress(streamId, getContext().getSelf()));
            case REQUESTUNION_NOT_SET -> {}
        }
        requestDue = true;
        askForMore();
        return this;
    }

    private static WatchCreateRequest from(long now, WatchCreateRequest request) {
        return request.getStartRevision() == 0
                ? request.toBuilder().setStartRevision(now).build()
                : request;
    }

    /** Also a refusal goes by way of the hub, which knows the present revision and answers in the order of requests. */
    private void create(WatchCreateRequest request) {
        opening++;
        Optional<EtcdError> refusal = access.apply(request);
        if (refusal.isPresent()) {
            hub.tell(new WatchHub.Refuse(describe(refusal.get()), getContext().getSelf()));
        } else if (WatchFilter.of(request).range().isEmpty()) {
            hub.tell(new WatchHub.Refuse(
                    "mvcc: watcher range is empty", getContext().getSelf()));
        } else {
            hub.tell(new WatchHub.Open(
                    streamId, WatchWire.watchId(request), request, getContext().getSelf()));
        }
    }

    /** As etcd words it: an error of gRPC's, as text. */
    private static String describe(EtcdError error) {
        String code = CaseFormat.UPPER_UNDERSCORE.to(
                CaseFormat.UPPER_CAMEL, error.code().name());
        return "rpc error: code = " + code + " desc = " + error.message();
    }

    private Behavior<Command> onOpened(Opened opened) {
        opening--;
        watches.put(opened.watchId(), opened.request());
        send(about(opened.watchId(), opened.revision()).setCreated(true));
        return this;
    }

    private Behavior<Command> onRefused(Refused refused) {
        opening--;
        send(about(ALL_WATCHES, refused.revision())
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(refused.reason()));
        return this;
    }

    private Behavior<Command> onEvents(Events events) {
        WatchCreateRequest request = watches.get(events.watchId());
        if (request == null) {
            hub.tell(new WatchHub.Taken(streamId, events.events().size(), events.bytes()));
            return this;
        }
        WatchResponse whole = about(events.watchId(), events.revision())
                .addAllEvents(events.events())
                .build();
        List<WatchResponse> parts =
                WatchWire.wantsFragments(request) ? WatchWire.fragments(whole, responseBytesMax) : List.of(whole);
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            unwritten.add(new Outgoing(parts.get(i), last ? events.events().size() : 0, last ? events.bytes() : 0));
        }
        return onWritable();
    }

    private Behavior<Command> onCompacted(Compacted compacted) {
        watches.remove(compacted.watchId());
        send(about(compacted.watchId(), 0) // As etcd tells it: the revision that matters is the compacted one.
                .setCanceled(true)
                .setCompactRevision(compacted.compacted()));
        return this;
    }

    private Behavior<Command> onCanceled(Canceled canceled) {
        watches.remove(canceled.watchId());
        send(about(canceled.watchId(), canceled.revision()).setCanceled(true));
        return this;
    }

    /** A client that has yet to read what it was sent is not told in between, by a clock, that there is nothing new. */
    private Behavior<Command> onProgress(Progress progress) {
        if (progress.watchId() == ALL_WATCHES || unwritten.isEmpty()) {
            send(about(progress.watchId(), progress.revision()));
        }
        return this;
    }

    private WatchResponse.Builder about(long watchId, long revision) {
        return WatchResponse.newBuilder().setHeader(header.apply(revision)).setWatchId(watchId);
    }

    private void send(WatchResponse.Builder response) {
        unwritten.add(new Outgoing(response.build(), 0, 0));
        onWritable();
    }

    private Behavior<Command> onWritable() {
        if (client.isReady()) {
            wasSent();
        }
        int events = 0;
        int bytes = 0;
        while (!gone
                && !unwritten.isEmpty()
                && client.isReady()
                && mayBeWritten(unwritten.peek().response())) {
            Outgoing next = unwritten.remove();
            client.onNext(next.response());
            events += next.events();
            bytes += next.bytes();
        }
        if (events > 0) {
            hub.tell(new WatchHub.Taken(streamId, events, bytes));
        }
        askForMore();
        return this;
    }

    /** Unless it is large, and all streams have much to send as it is: then it is tried again. */
    private boolean mayBeWritten(WatchResponse response) {
        wasSent();
        int bytes = response.getSerializedSize();
        if (bytes < LargeResponses.LARGE_BYTES) {
            return true;
        }
        if (!large.tryWrite(bytes)) {
            timers.startSingleTimer(new Writable(), RETRY_PAUSE);
            return false;
        }
        unsentBytes = bytes;
        return true;
    }

    /** What was written before a stream is ready again is on its way. */
    private void wasSent() {
        large.sent(unsentBytes);
        unsentBytes = 0;
    }

    private void askForMore() {
        if (requestDue && !gone && unwritten.size() + opening < UNWRITTEN_MAX) {
            requestDue = false;
            client.request(1);
        }
    }

    private Behavior<Command> onLeaderLost() {
        gone = true;
        client.onError(EtcdError.NO_LEADER.toException());
        return Behaviors.stopped();
    }

    private Behavior<Command> onGone() {
        gone = true;
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        wasSent();
        hub.tell(new WatchHub.StreamClosed(streamId));
        if (!gone && !client.isCancelled()) {
            client.onError(EtcdError.STOPPED.toException());
        }
        return this;
    }
}
