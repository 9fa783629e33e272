package io.troupe.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.HdrHistogram.ConcurrentHistogram;

/** Keeps so many operations outstanding: each answer sends the next. Answers may come on any thread, but not at once. */
public final class ClosedLoop {

    private static final long LATENCY_MAX_MICROS = TimeUnit.MINUTES.toMicros(1);

    private final ConcurrentHistogram micros = new ConcurrentHistogram(LATENCY_MAX_MICROS, 3);
    private final LongAdder failures = new LongAdder();
    private final CountDownLatch running;
    private final List<Client> clients = new ArrayList<>();
    private final long endNanos;
    private final long beginNanos;

    private ClosedLoop(IntFunction<Operation> operationOf, int outstanding, Duration duration, RandomGenerator seeds) {
        this.running = new CountDownLatch(outstanding);
        for (int i = 0; i < outstanding; i++) {
            clients.add(new Client(operationOf.apply(i), new SplittableRandom(seeds.nextLong())));
        }
        this.beginNanos = System.nanoTime();
        this.endNanos = beginNanos + duration.toNanos();
    }

    /**
     * Measures.
     *
     * @param operationOf what the i-th client sends
     * @param patience how long the last operations may take to be answered when the time is up
     * @param costs of the servers, asked before and after
     * @throws IllegalStateException when some were not answered
     */
    public static Measured measure(
            IntFunction<Operation> operationOf,
            int outstanding,
            Duration duration,
            Duration patience,
            Supplier<Costs> costs,
            RandomGenerator seeds)
            throws InterruptedException {
        Costs before = costs.get();
        var loop = new ClosedLoop(operationOf, outstanding, duration, seeds);
        loop.clients.forEach(Client::next);
        if (!loop.running.await(duration.plus(patience).toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(loop.running.getCount() + " of " + outstanding
                    + " operations outstanding were not answered within " + patience.toSeconds() + " s");
        }
        double seconds = (System.nanoTime() - loop.beginNanos) / 1e9;
        return Measured.of(loop.micros, seconds, costs.get().since(before), loop.failures.sum());
    }

    /** One operation at a time, until the time is up. */
    private final class Client {
        private final Operation operation;
        private final RandomGenerator random;

        Client(Operation operation, RandomGenerator random) {
            this.operation = operation;
            this.random = random;
        }

        void next() {
            long sent = System.nanoTime();
            if (sent >= endNanos) {
                running.countDown();
                return;
            }
            operation.send(random, ok -> {
                if (ok) {
                    long took = (System.nanoTime() - sent) / 1_000;
                    micros.recordValue(Math.min(took, LATENCY_MAX_MICROS));
                } else {
                    failures.increment();
                }
                next();
            });
        }
    }
}
