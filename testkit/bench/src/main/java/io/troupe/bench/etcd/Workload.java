package io.troupe.bench.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.bench.load.Operation.Ended;
import java.util.random.RandomGenerator;

/** What a client asks, operation by operation. */
enum Workload {
    PUT("put"),
    LINEARIZABLE_GET("get, linearizable"),
    SERIALIZABLE_GET("get, serializable"),
    /** One put to three linearizable gets. */
    MIXED("mixed, 1 put : 3 gets");

    /** Keys are chosen from as many. */
    static final int KEYS = 10_000;

    private final String title;

    Workload(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Sends one operation; {@code ended} is told that it was answered, or failed. */
    void send(KVGrpc.KVStub stub, RandomGenerator random, ByteString value, Ended ended) {
        ByteString key = key(random.nextInt(KEYS));
        switch (this) {
            case PUT -> put(stub, key, value, ended);
            case LINEARIZABLE_GET -> get(stub, key, false, ended);
            case SERIALIZABLE_GET -> get(stub, key, true, ended);
            case MIXED -> {
                if (random.nextInt(4) == 0) {
                    put(stub, key, value, ended);
                } else {
                    get(stub, key, false, ended);
                }
            }
        }
    }

    static ByteString key(int number) {
        return ByteString.copyFromUtf8("bench/" + (1_000_000 + number));
    }

    static void put(KVGrpc.KVStub stub, ByteString key, ByteString value, Ended ended) {
        stub.put(PutRequest.newBuilder().setKey(key).setValue(value).build(), new Once<PutResponse>(ended));
    }

    private static void get(KVGrpc.KVStub stub, ByteString key, boolean serializable, Ended ended) {
        stub.range(
                RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(serializable)
                        .build(),
                new Once<RangeResponse>(ended));
    }

    private record Once<T>(Ended ended) implements StreamObserver<T> {
        @Override
        public void onNext(T response) {}

        @Override
        public void onError(Throwable cause) {
            ended.with(false);
        }

        @Override
        public void onCompleted() {
            ended.with(true);
        }
    }
}
