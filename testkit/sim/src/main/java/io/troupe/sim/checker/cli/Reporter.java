package io.troupe.sim.checker.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells a person who waits, now and then, what is being done. */
final class Reporter implements AutoCloseable {

    private final ScheduledExecutorService clock;
    private final long startedNanos = System.nanoTime();
    private volatile String stage = "";

    Reporter(String file, PrintWriter err, Duration every) {
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
        });
        clock.scheduleAtFixedRate(
                () -> {
                    long seconds =
                            Duration.ofNanos(System.nanoTime() - startedNanos).toSeconds();
                    err.println(file + ": " + seconds + " s, " + stage + " …");
                    err.flush();
                },
                every.toMillis(),
                every.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    void stage(String what) {
        stage = what;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
