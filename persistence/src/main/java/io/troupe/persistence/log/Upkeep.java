package io.troupe.persistence.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's housekeeping, on a thread of its own: writes the summaries of sealed segments and compacts, soon after it is
 * asked to and at most once in a while. A failure costs space only; the next round tries again.
 */
public final class Upkeep implements GroupCommit.Upkeeping, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final SegmentedLog log;
    private final long delayMillis;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread;

    /** @param delayMillis from a request to the round that serves it, and all requests that came meanwhile */
    public Upkeep(SegmentedLog log, long delayMillis) {
        this.log = log;
        this.delayMillis = delayMillis;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread upkeep = new Thread(work, "troupe-journal-upkeep");
            upkeep.setDaemon(true);
            return upkeep;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Asks for a round; returns at once. */
    @Override
    public void request() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                thread.schedule(this::round, delayMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closed) {
                scheduled.set(false);
            }
        }
    }

    /** Has the next segment prepared; returns at once. */
    @Override
    public void prepareSegment() {
        try {
            thread.execute(() -> {
                try {
                    log.prepareSegment();
                } catch (IOException | RuntimeException e) {
                    LOG.info("The next segment was not prepared ahead; it will be made when it is needed", e);
                }
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("No segment is prepared for a log that is closed");
        }
    }

    private void round() {
        scheduled.set(false);
        try {
            log.summarizeSealed();
            log.compact();
        } catch (IOException | RuntimeException e) {
            LOG.warn("Housekeeping of the log failed and will be tried again; no event is affected", e);
        }
    }

    /** Waits for a round that is under way; it is not interrupted, as that would close the files it works on. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.info("Waiting for the log's housekeeping to end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
