package io.troupe.bench.demo;

import io.troupe.sim.checker.History;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Several clients at once, and what they saw. Bounded by its clients' pace; ends with {@link #stop()}. */
final class Load implements AutoCloseable {

    /** Shared registers: enough that a minute's history is judged in seconds, few enough that clients meet. */
    static final int REGISTERS = 500;

    private final Record record = new Record();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    /** Starts {@code clients} clients, each with a stream of choices derived from {@code seed}. */
    Load(List<URI> endpoints, int clients, int operationsPerSecondMax, long seed) {
        for (int number = 0; number < clients; number++) {
            var client = new LoadClient(
                    number, endpoints, record, new Random(seed + number), operationsPerSecondMax / clients, stop);
            var thread = new Thread(client, "load-client-" + number);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    Record record() {
        return record;
    }

    /** Lets every client end the operation it is in, which takes at most {@link LoadClient#PATIENCE}. */
    void stop() throws InterruptedException {
        stop.countDown();
        for (var thread : threads) {
            thread.join(LoadClient.PATIENCE.multipliedBy(3).toMillis());
        }
        record.availability.end(System.nanoTime());
    }

    @Override
    public void close() {
        stop.countDown();
        threads.forEach(Thread::interrupt);
    }

    /** What the clients saw; written by all of them at once. */
    static final class Record {
        private final HistoryRecorder<KeyValue.Input, KeyValue.Output> history = new HistoryRecorder<>();
        private final Availability availability = new Availability(System.nanoTime());
        private final Queue<String> acknowledgedKeys = new ConcurrentLinkedQueue<>();
        private final AtomicLong attempted = new AtomicLong();
        private final Map<String, Long> failures = new TreeMap<>();

        void attempted() {
            attempted.incrementAndGet();
        }

        void acknowledged() {
            availability.acknowledged(System.nanoTime());
        }

        /** A write of a key that nobody writes again: it must be found for ever after. */
        void acknowledgedKey(String key) {
            acknowledgedKeys.add(key);
            acknowledged();
        }

        synchronized void failed(Throwable why) {
            failures.merge(reason(why), 1L, Long::sum);
        }

        private static String reason(Throwable why) {
            Throwable root = why;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String message = root.getMessage();
            return message == null ? "no answer within " + LoadClient.PATIENCE.toSeconds() + " s" : message;
        }

        /** How often operations failed, by what the client was told. */
        synchronized Map<String, Long> failures() {
            return new TreeMap<>(failures);
        }

        HistoryRecorder<KeyValue.Input, KeyValue.Output> history() {
            return history;
        }

        History<KeyValue.Input, KeyValue.Output> registerHistory() {
            return history.history();
        }

        List<String> acknowledgedKeys() {
            return List.copyOf(acknowledgedKeys);
        }

        long attemptedCount() {
            return attempted.get();
        }

        Availability availability() {
            return availability;
        }
    }
}
