package io.troupe.etcd.sim;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.watch.WatchSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A client that watches every key from the first revision on. It connects to one node after another, and goes on after
 * the last revision it saw. Outlives the nodes.
 */
final class Follower {

    private final int number;
    private final RunRecord record;
    private final List<Event> seen = new ArrayList<>();
    private final List<Long> skippedTo = new ArrayList<>();
    private final boolean isSlow;
    private long next = 2; // The first revision that anything can have.
    private int connection;
    private int mayTake;
    private String sawAt = "";
    private Optional<Stream> stream = Optional.empty();

    /** @param isSlow whether it takes nothing but when {@link #takeSome} says so */
    Follower(int number, boolean isSlow, RunRecord record) {
        this.number = number;
        this.isSlow = isSlow;
        this.record = record;
        record.follows(this);
    }

    /** From now on only what this connection brings counts. */
    Stream connect(int newConnection, String node) {
        connection = newConnection;
        var connected = new Stream(newConnection, node);
        stream = Optional.of(connected);
        return connected;
    }

    boolean isSlow() {
        return isSlow;
    }

    /** A slow reader takes a few responses now, and no more until the next time. */
    void takeSome(int responses) {
        mayTake = responses;
        stream.ifPresent(Stream::writable);
    }

    int number() {
        return number;
    }

    List<Event> seen() {
        return seen;
    }

    /** Of changes before this revision it was told that they are compacted; 0 when it never was. */
    long skippedBelow() {
        return skippedTo.isEmpty() ? 0 : skippedTo.get(skippedTo.size() - 1);
    }

    long streamId(int ofConnection) {
        return number * 1_000_000L + ofConnection;
    }

    long next() {
        return next;
    }

    private void onResponse(WatchResponse response, Stream stream) {
        if (response.getCanceled()) {
            record.reached(Reached.COMPACTED_WATCH);
            record.check(
                    response.getCompactRevision() > next,
                    () -> "a watch was ended as compacted at " + response.getCompactRevision() + " that wanted from "
                            + next);
            next = response.getCompactRevision();
            skippedTo.add(next);
            stream.create(next);
            return;
        }
        for (Event event : response.getEventsList()) {
            long revision = event.getKv().getModRevision();
            record.check(
                    revision >= next,
                    () -> "follower " + number + " saw revision " + revision + " again; it was to go on from " + next);
            seen.add(event);
        }
        if (response.getEventsCount() > 0) {
            if (!sawAt.isEmpty() && !sawAt.equals(stream.node)) {
                record.reached(Reached.WATCH_RESUMED);
            }
            sawAt = stream.node;
            next = seen.get(seen.size() - 1).getKv().getModRevision() + 1;
        }
    }

    /** Everything there was, once and in order, but for what it was told is compacted. */
    void verify(RunRecord against) {
        var position = 0;
        for (Event event : against.events()) {
            if (position < seen.size() && seen.get(position).equals(event)) {
                position++;
            } else {
                long missed = event.getKv().getModRevision();
                against.check(
                        skippedTo.stream().anyMatch(to -> missed < to),
                        () -> "follower " + number + " did not see " + event
                                + " and was not told that it is compacted");
            }
        }
        List<Event> more = seen.subList(position, seen.size());
        against.check(
                more.isEmpty(),
                () -> "follower " + number + " saw what was not, or out of order, from this on: " + more);
    }

    /** One connection, as gRPC would give it to a session. */
    final class Stream extends ServerCallStreamObserver<WatchResponse> {

        private final int ofConnection;
        private final String node;
        private ActorRef<WatchSession.Command> session;
        private boolean refused;

        Stream(int ofConnection, String node) {
            this.ofConnection = ofConnection;
            this.node = node;
        }

        private void writable() {
            if (session != null && refused) {
                refused = false;
                record.reached(Reached.SLOW_READER);
                session.tell(new WatchSession.Writable());
            }
        }

        void serve(ActorRef<WatchSession.Command> by) {
            session = by;
            create(next);
        }

        private void create(long start) {
            session.tell(new WatchSession.Requested(
                    WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder()
                                    .setKey(com.google.protobuf.ByteString.copyFrom(new byte[1]))
                                    .setRangeEnd(com.google.protobuf.ByteString.copyFrom(new byte[1]))
                                    .setStartRevision(start))
                            .build(),
                    start));
        }

        @Override
        public void onNext(WatchResponse response) {
            if (connection == ofConnection) {
                mayTake--;
                onResponse(response, this);
            }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}

        @Override
        public boolean isReady() {
            boolean ready = !isSlow || mayTake > 0 || record.isResting() || connection != ofConnection;
            refused = refused || !ready;
            return ready;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}
    }
}
