package io.troupe.bench.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.HdrHistogram.ConcurrentHistogram;

/** Keeps so many operations outstanding at a peer, spread over its endpoints: each answer sends the next. */
final class ClosedLoop implements AutoCloseable {

    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);
    private static final long LATENCY_MAX_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final int FILL_OUTSTANDING = 64;
    /** JVMs that have just started on a busy machine are slow. */
    private static final Duration FILL_PATIENCE = Duration.ofMinutes(3);

    private final Peer peer;
    private final List<ManagedChannel> channels;
    private final ByteString value;

    ClosedLoop(Peer peer, int valueBytes) {
        this.peer = peer;
        this.value = ByteString.copyFrom(new byte[valueBytes]);
        this.channels = peer.endpoints().stream()
                .map(endpoint -> NettyChannelBuilder.forAddress(endpoint.getHostString(), endpoint.getPort())
                        .usePlaintext()
                        .build())
                .toList();
    }

    /** Writes every key once, which also waits until the peer serves. */
    void fill() throws InterruptedException {
        int each = Workload.KEYS / FILL_OUTSTANDING + 1;
        var done = new CountDownLatch(FILL_OUTSTANDING);
        for (int i = 0; i < FILL_OUTSTANDING; i++) {
            KVGrpc.KVStub stub = stub(i).withWaitForReady();
            putFrom(stub, i * each, Math.min((i + 1) * each, Workload.KEYS), done);
        }
        if (!done.await(FILL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(peer.name() + " did not take " + Workload.KEYS + " keys within "
                    + FILL_PATIENCE.toMinutes() + " minutes");
        }
    }

    private void putFrom(KVGrpc.KVStub stub, int number, int end, CountDownLatch done) {
        if (number >= end) {
            done.countDown();
        } else {
            Workload.put(
                    stub.withDeadlineAfter(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
                    Workload.key(number),
                    value,
                    ok -> putFrom(stub, ok ? number + 1 : number, end, done));
        }
    }

    private KVGrpc.KVStub stub(int client) {
        return KVGrpc.newStub(channels.get(client % channels.size()));
    }

    Measured measure(Workload workload, int outstanding, Duration duration, RandomGenerator seeds)
            throws InterruptedException {
        var histogram = new ConcurrentHistogram(LATENCY_MAX_MICROS, 3);
        var failures = new LongAdder();
        var running = new CountDownLatch(outstanding);
        Duration cpuBefore = peer.serverCpu();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < outstanding; i++) {
            clients.add(new Client(
                    stub(i), workload, new SplittableRandom(seeds.nextLong()), end, histogram, failures, running));
        }
        clients.forEach(Client::next);
        if (!running.await(duration.plus(ANSWER_PATIENCE.multipliedBy(2)).toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(peer.name() + " left operations without an answer beyond their deadline");
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuMicros = peer.serverCpu().minus(cpuBefore).toNanos() / 1e3;
        long answered = histogram.getTotalCount();
        return new Measured(
                answered / seconds,
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                failures.sum(),
                answered == 0 ? 0 : cpuMicros / answered);
    }

    /** One operation at a time, until the time is up. */
    private final class Client {
        private final KVGrpc.KVStub stub;
        private final Workload workload;
        private final RandomGenerator random;
        private final long endNanos;
        private final ConcurrentHistogram histogram;
        private final LongAdder failures;
        private final CountDownLatch running;

        Client(
                KVGrpc.KVStub stub,
                Workload workload,
                RandomGenerator random,
                long endNanos,
                ConcurrentHistogram histogram,
                LongAdder failures,
                CountDownLatch running) {
            this.stub = stub;
            this.workload = workload;
            this.random = random;
            this.endNanos = endNanos;
            this.histogram = histogram;
            this.failures = failures;
            this.running = running;
        }

        void next() {
            long sent = System.nanoTime();
            if (sent >= endNanos) {
                running.countDown();
                return;
            }
            workload.send(
                    stub.withDeadlineAfter(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS), random, value, ok -> {
                        if (ok) {
                            long micros = (System.nanoTime() - sent) / 1_000;
                            histogram.recordValue(Math.min(micros, LATENCY_MAX_MICROS));
                        } else {
                            failures.increment();
                        }
                        next();
                    });
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
