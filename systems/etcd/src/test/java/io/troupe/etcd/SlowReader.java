package io.troupe.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's stream whose client reads when it is told to: keeps what it was given, and counts the requests it may send. */
public final class SlowReader<T> extends ServerCallStreamObserver<T> {

    private final List<T> read = new CopyOnWriteArrayList<>();
    private final AtomicInteger invited = new AtomicInteger(1); // by whoever opened the stream
    private volatile boolean reading;

    /** From now on, or no more. */
    public void reads(boolean now) {
        reading = now;
    }

    public List<T> read() {
        return read;
    }

    /** Requests that it may have sent. */
    public int invited() {
        return invited.get();
    }

    @Override
    public boolean isReady() {
        return reading;
    }

    @Override
    public void request(int count) {
        invited.addAndGet(count);
    }

    @Override
    public void onNext(T response) {
        read.add(response);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}
}
