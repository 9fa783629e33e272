package io.troupe.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.etcd.SoloNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million keys of 256 bytes on three JVMs of 1 GiB of heap: written without a pause, and there again after a restart. */
@Tag("soak")
class ScaleClusterTest {

    private static final int KEYS = Integer.getInteger("troupe.scale.keys", 1_000_000);
    private static final int OUTSTANDING = 256;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(2);
    private static final Duration RESTART_MAX = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    /** Puts with so many outstanding, and the longest time in which none was answered. */
    private static final class Load implements StreamObserver<PutResponse> {
        final Semaphore room = new Semaphore(OUTSTANDING);
        final AtomicInteger failed = new AtomicInteger();
        final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());
        final AtomicLong silenceNanos = new AtomicLong();

        @Override
        public void onNext(PutResponse response) {
            long now = System.nanoTime();
            long silence = now - lastAnswer.getAndSet(now);
            silenceNanos.accumulateAndGet(silence, Math::max);
        }

        @Override
        public void onError(Throwable failure) {
            failed.incrementAndGet();
            room.release();
        }

        @Override
        public void onCompleted() {
            room.release();
        }
    }

    @Test
    void aMillionKeysAreWrittenWithoutAPauseAndServedSoonAfterARestart() throws Exception {
        try (LocalCluster cluster = LocalCluster.in(folder.resolve("cluster"))
                .systems("etcd")
                .jvmOptions("-Xmx1g")
                .start()) {
            cluster.awaitReady(Duration.ofSeconds(120));
            ManagedChannel channel = connect(cluster.port("etcd", "n1"));
            var load = new Load();
            long began = System.nanoTime();
            fill(channel, load);
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
            long silenceMillis = TimeUnit.NANOSECONDS.toMillis(load.silenceNanos.get());
            assertThat(count(channel, false)).isEqualTo(KEYS);
            SoloNode.disconnect(channel);

            cluster.kill("n2");
            long restarted = System.nanoTime();
            cluster.start("n2");
            cluster.awaitReady(Duration.ofSeconds(120));
            long restartMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - restarted);
            System.out.printf(
                    "%,d keys of 256 B in %d s (%,d/s), %d failed, longest silence %d ms; restart %d ms%n",
                    KEYS, seconds, KEYS / seconds, load.failed.get(), silenceMillis, restartMillis);
            ManagedChannel again = connect(cluster.port("etcd", "n2"));
            assertThat(count(again, false)).as("on the restarted node").isEqualTo(KEYS);
            assertThat(count(again, true)).as("of its own store").isEqualTo(KEYS);
            SoloNode.disconnect(again);
            assertThat(load.failed.get()).isZero();
            assertThat(silenceMillis).isLessThan(SILENCE_MAX.toMillis());
            assertThat(restartMillis).isLessThan(RESTART_MAX.toMillis());
        }
    }

    private static ManagedChannel connect(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    private static void fill(ManagedChannel channel, Load load) throws InterruptedException {
        var random = new SplittableRandom(1);
        var kv = KVGrpc.newStub(channel);
        byte[] value = new byte[256];
        for (int i = 0; i < KEYS; i++) {
            random.nextBytes(value);
            load.room.acquire();
            kv.put(
                    PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("key/%09d".formatted(i * 7919L % KEYS)))
                            .setValue(ByteString.copyFrom(value))
                            .build(),
                    load);
        }
        load.room.acquire(OUTSTANDING);
    }

    private static long count(ManagedChannel channel, boolean serializable) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("key/"))
                        .setRangeEnd(ByteString.copyFromUtf8("key0"))
                        .setCountOnly(true)
                        .setSerializable(serializable)
                        .build())
                .getCount();
    }
}
