package io.troupe.persistence.log;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has parts of what gathers written early, on an executor that may block; a failure costs nothing but the attempt. */
final class EarlyWriter {

    private static final Logger LOG = LoggerFactory.getLogger(EarlyWriter.class);

    private final SegmentedLog log;
    private final Executor executor;
    private final Supplier<Optional<Batch.Part>> next;
    private final AtomicBoolean asked = new AtomicBoolean();

    /** @param next the part that could be written now, if there is one */
    EarlyWriter(SegmentedLog log, Executor executor, Supplier<Optional<Batch.Part>> next) {
        this.log = log;
        this.executor = executor;
        this.next = next;
    }

    /** Asks for it; returns at once. */
    void ask() {
        if (!asked.get() && asked.compareAndSet(false, true)) {
            try {
                executor.execute(this::write);
            } catch (RejectedExecutionException closed) {
                LOG.debug("Nothing is written early to a log that is closed");
            }
        }
    }

    private void write() {
        asked.set(false);
        try {
            Optional<Batch.Part> part = next.get();
            while (part.isPresent() && log.writeEarly(part.get())) {
                part = next.get();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A batch could not be begun early; its own write will tell", e);
        }
    }
}
