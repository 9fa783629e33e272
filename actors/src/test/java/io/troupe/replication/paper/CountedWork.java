package io.troupe.replication.paper;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads of an actor system, which tell when nobody in it has anything to do. */
final class CountedWork implements Executor, AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int underWay;

    @Override
    public void execute(Runnable work) {
        synchronized (this) {
            underWay++;
        }
        threads.execute(() -> {
            try {
                work.run();
            } finally {
                end();
            }
        });
    }

    private synchronized void end() {
        underWay--;
        notifyAll();
    }

    /** Until nothing is under way, or for {@code limit}. */
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
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
