package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.PutRequest;
import java.io.OutputStream;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A million keys of 256 bytes: what they cost in memory, and that a snapshot does not stop writes. */
@Tag("soak")
class StoreScaleTest {

    private static final int KEYS = 1_000_000;

    @Test
    void aMillionKeysFitInAGibibyteAndFreezingThemIsAMatterOfMicroseconds() throws Exception {
        var random = new SplittableRandom(1);
        var machine = new EtcdStateMachine(StoreListener.NONE);
        long before = usedBytes();
        long start = System.nanoTime();
        byte[] value = new byte[256];
        for (int i = 0; i < KEYS; i++) {
            random.nextBytes(value);
            machine.apply(
                    i + 1,
                    Commands.put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("key/%09d".formatted(random.nextInt(Integer.MAX_VALUE))))
                            .setValue(ByteString.copyFrom(value))
                            .build()));
        }
        long applyMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        long mib = (usedBytes() - before) >> 20;

        start = System.nanoTime();
        var frozen = machine.freeze();
        long freezeMicros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        start = System.nanoTime();
        frozen.writeTo(OutputStream.nullOutputStream());
        long writeMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        System.out.printf(
                "%,d keys of 256 B: %d MiB of heap, applied in %d ms, frozen in %d µs, written in %d ms%n",
                KEYS, mib, applyMillis, freezeMicros, writeMillis);
        var status = Queries.StoreStatus.parse(((Result.Ok) Result.parse(machine.query(Queries.status()))).body());
        assertThat(mib).isLessThan(640);
        assertThat(mib).as("MiB accounted for").isLessThan((status.bytes() >> 20) * 21 / 20);
        assertThat(freezeMicros).isLessThan(100_000);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
