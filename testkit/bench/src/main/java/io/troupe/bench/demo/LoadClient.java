package io.troupe.bench.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * One user of the service: a jetcd client of its own, one operation at a time. Most are writes of new keys, which must all
 * be found at the end; the rest read, write and compare-and-swap a few shared registers, and go on record.
 */
final class LoadClient implements Runnable {

    /** An operation without an answer for this long counts as of unknown outcome. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(50);
    private static final int REGISTER_SHARE_PERCENT = 40;

    private final int number;
    private final List<URI> endpoints;
    private final Load.Record record;
    private final RandomGenerator random;
    private final long intervalNanos;
    private final CountDownLatch stop;
    private long written;

    /** @param operationsPerSecondMax the client paces itself to at most this many */
    LoadClient(
            int number,
            List<URI> endpoints,
            Load.Record record,
            RandomGenerator random,
            int operationsPerSecondMax,
            CountDownLatch stop) {
        this.number = number;
        this.endpoints = endpoints;
        this.record = record;
        this.random = random;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / operationsPerSecondMax;
        this.stop = stop;
    }

    @Override
    public void run() {
        try (Client client = Client.builder()
                .endpoints(endpoints)
                .loadBalancerPolicy("round_robin")
                .connectTimeout(Duration.ofSeconds(2))
                .build()) {
            KV kv = client.getKVClient();
            long next = System.nanoTime();
            while (!stop.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                next = Math.max(next + intervalNanos, System.nanoTime() - intervalNanos);
                if (!operate(kv)) {
                    next = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean operate(KV kv) throws InterruptedException {
        if (random.nextInt(100) >= REGISTER_SHARE_PERCENT) {
            return writeNewKey(kv);
        }
        String key = "register/" + random.nextInt(Load.REGISTERS);
        return switch (random.nextInt(3)) {
            case 0 -> read(kv, key);
            case 1 -> write(kv, key);
            default -> compareAndSwap(kv, key);
        };
    }

    private boolean writeNewKey(KV kv) throws InterruptedException {
        String key = "written/" + number + "/" + written++;
        record.attempted();
        Optional<?> answer = await(kv.put(bytes(key), bytes(key), PutOption.DEFAULT));
        answer.ifPresent(ok -> record.acknowledgedKey(key));
        return answer.isPresent();
    }

    private boolean read(KV kv, String key) throws InterruptedException {
        var call = invoke(new KeyValue.Get(key));
        var answer = await(kv.get(bytes(key), GetOption.DEFAULT));
        if (answer.isEmpty()) {
            call.fail();
            return false;
        }
        call.ok(new KeyValue.Value(answer.get().getKvs().stream().findFirst().map(pair -> pair.getValue()
                .toString(UTF_8))));
        record.acknowledged();
        return true;
    }

    private boolean write(KV kv, String key) throws InterruptedException {
        String value = newValue();
        var call = invoke(new KeyValue.Put(key, value));
        var answer = await(kv.put(bytes(key), bytes(value), PutOption.DEFAULT));
        if (answer.isEmpty()) {
            call.unknown();
            return false;
        }
        call.ok(KeyValue.DONE);
        record.acknowledged();
        return true;
    }

    /** Expects what somebody wrote a moment ago, so that about half of the swaps succeed. */
    private boolean compareAndSwap(KV kv, String key) throws InterruptedException {
        var seen = await(
                kv.get(bytes(key), GetOption.builder().withSerializable(true).build()));
        if (seen.isEmpty()) {
            return false;
        }
        Optional<String> expected = seen.get().getKvs().stream().findFirst().map(pair -> pair.getValue()
                .toString(UTF_8));
        String update = newValue();
        var call = invoke(new KeyValue.Cas(key, expected, update));
        var unchanged = expected.map(value -> new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.value(bytes(value))))
                .orElseGet(() -> new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.version(0)));
        var answer = await(kv.txn()
                .If(unchanged)
                .Then(Op.put(bytes(key), bytes(update), PutOption.DEFAULT))
                .commit());
        if (answer.isEmpty()) {
            call.unknown();
            return false;
        }
        call.ok(new KeyValue.Swapped(answer.get().isSucceeded()));
        record.acknowledged();
        return true;
    }

    private HistoryRecorder.Call<KeyValue.Input, KeyValue.Output> invoke(KeyValue.Input input) {
        record.attempted();
        return record.history().invoke(number, input);
    }

    private String newValue() {
        return number + "." + written++;
    }

    /** The answer, or empty where there was an error or none in time. */
    private <T> Optional<T> await(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return Optional.of(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            answer.cancel(true);
            record.failed(e);
            return Optional.empty();
        }
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
