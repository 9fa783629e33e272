package io.troupe.bench.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.bench.load.ClosedLoop;
import io.troupe.bench.load.Measured;
import io.troupe.bench.load.Operation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Clients of one peer, spread over its members: one connection to each, asynchronous stubs, no thread of their own. */
final class Clients implements AutoCloseable {

    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);
    private static final int FILL_OUTSTANDING = 64;
    /** JVMs that have just started on a busy machine are slow. */
    private static final Duration FILL_PATIENCE = Duration.ofMinutes(3);

    private final Peer peer;
    private final List<ManagedChannel> channels;

    Clients(Peer peer) {
        this.peer = peer;
        this.channels = peer.endpoints().stream()
                .map(endpoint -> NettyChannelBuilder.forAddress(endpoint.getHostString(), endpoint.getPort())
                        .usePlaintext()
                        .directExecutor()
                        .build())
                .toList();
    }

    ManagedChannel channel(int member) {
        return channels.get(member);
    }

    /** Writes every key once, which also waits until the peer serves. */
    void fill(ByteString value) throws InterruptedException {
        int each = Workload.KEYS / FILL_OUTSTANDING + 1;
        var done = new CountDownLatch(FILL_OUTSTANDING);
        for (int i = 0; i < FILL_OUTSTANDING; i++) {
            KVGrpc.KVStub stub = stub(i).withWaitForReady();
            putFrom(stub, value, i * each, Math.min((i + 1) * each, Workload.KEYS), done);
        }
        if (!done.await(FILL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(peer.name() + " did not take " + Workload.KEYS + " keys within "
                    + FILL_PATIENCE.toMinutes() + " minutes");
        }
    }

    private static void putFrom(KVGrpc.KVStub stub, ByteString value, int number, int end, CountDownLatch done) {
        if (number >= end) {
            done.countDown();
        } else {
            Workload.put(
                    patient(stub),
                    Workload.key(number),
                    value,
                    ok -> putFrom(stub, value, ok ? number + 1 : number, end, done));
        }
    }

    private KVGrpc.KVStub stub(int client) {
        return KVGrpc.newStub(channels.get(client % channels.size()));
    }

    private static KVGrpc.KVStub patient(KVGrpc.KVStub stub) {
        return stub.withDeadlineAfter(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Operation operation(Workload workload, ByteString value, int client) {
        KVGrpc.KVStub stub = stub(client);
        return (random, ended) -> workload.send(patient(stub), random, value, ended);
    }

    Measured measure(Workload workload, ByteString value, int outstanding, Duration duration, RandomGenerator seeds)
            throws InterruptedException {
        return ClosedLoop.measure(
                client -> operation(workload, value, client),
                outstanding,
                duration,
                ANSWER_PATIENCE.multipliedBy(2),
                peer::costs,
                seeds);
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
