package io.troupe.replication.paper;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads of an actor system, which tell when nobody in it has anything to do. */
final class CountedWork implements Executor, AutoCloseable {

    private static final ThreadLocal<CountedWork> OF_THIS_THREAD = new ThreadLocal<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int underWay;

    /** What the work on this thread counts for; empty where it does not. */
    static Optional<CountedWork> ofThisThread() {
        return Optional.ofNullable(OF_THIS_THREAD.get());
    }

    @Override
    public void execute(Runnable work) {
        begin();
        threads.execute(() -> {
            OF_THIS_THREAD.set(this);
            try {
                work.run();
            } finally {
                end();
            }
        });
    }

    synchronized void begin() {
        underWay++;
    }

    synchronized void end() {
        underWay--;
        notifyAll();
    }

    /**
     * Until nothing is under way.
     *
     * @throws AssertionError when something is still after {@code limit}
     */
    synchronized void awaitNone(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toMillis(); underWay > 0 && left > 0; ) {
                wait(left);
                left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (underWay > 0) {
            throw new AssertionError(underWay + " are still at work after " + limit + ", and not held back by a Door");
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
