package io.troupe.etcd.watch;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One raw watch stream, and what came from it. */
public final class WatchTester implements StreamObserver<WatchResponse> {

    private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final StreamObserver<WatchRequest> requests;

    public WatchTester(Channel channel) {
        requests = WatchGrpc.newStub(channel).watch(this);
    }

    @Override
    public void onNext(WatchResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable cause) {
        errors.add(cause);
    }

    @Override
    public void onCompleted() {}

    public void create(WatchCreateRequest.Builder request) {
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    public void cancel(long watchId) {
        requests.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId))
                .build());
    }

    public void askProgress() {
        requests.onNext(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    public void leave() {
        requests.onError(new InterruptedException("the test is over"));
    }

    public WatchResponse next() throws InterruptedException {
        WatchResponse response = responses.poll(60, TimeUnit.SECONDS);
        if (response == null) {
            throw new AssertionError("no response; errors: " + errors);
        }
        return response;
    }

    public Throwable error() throws InterruptedException {
        return errors.poll(60, TimeUnit.SECONDS);
    }

    /** Events until there are {@code count}. */
    public List<Event> events(int count) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.addAll(next().getEventsList());
        }
        return events;
    }

    public static WatchCreateRequest.Builder prefix(String prefix) {
        byte[] end = prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        end[end.length - 1]++;
        return WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(prefix))
                .setRangeEnd(ByteString.copyFrom(end));
    }
}
