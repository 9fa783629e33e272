package io.troupe.persistence.journal;

import io.troupe.persistence.files.DiskFiles;
import io.troupe.persistence.files.LogFiles;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.SegmentedLog;
import io.troupe.persistence.log.Upkeep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * What journals run on: disk and threads. There is the real one, {@link #REAL}; a simulation hands in its own with
 * {@link Journals#use}.
 */
public interface Machine {

    /** The files of the journal that is configured with {@code directory}. */
    LogFiles files(Path directory) throws IOException;

    /**
     * Runs the writer of that journal, which blocks on its files. An {@link java.util.concurrent.ExecutorService} is shut
     * down when the journal is closed.
     */
    Executor writer(Path directory);

    /**
     * Runs what is written to that journal while its writer waits for a sync. An {@link
     * java.util.concurrent.ExecutorService} is shut down when the journal is closed.
     */
    Executor earlyWriter(Path directory);

    /**
     * Does the housekeeping of {@code log}; closed with the journal when it is {@link java.io.Closeable}.
     *
     * @param delay from a request to the round that serves it
     */
    GroupCommit.Upkeeping upkeep(Path directory, SegmentedLog log, Duration delay);

    /** The file system, and three threads for each journal. */
    Machine REAL = new Machine() {
        @Override
        public LogFiles files(Path directory) throws IOException {
            return new DiskFiles(directory);
        }

        @Override
        public Executor writer(Path directory) {
            return thread("troupe-journal-writer");
        }

        @Override
        public Executor earlyWriter(Path directory) {
            return thread("troupe-journal-early-writer");
        }

        private static Executor thread(String name) {
            return Executors.newSingleThreadExecutor(work -> {
                Thread thread = new Thread(work, name);
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        public GroupCommit.Upkeeping upkeep(Path directory, SegmentedLog log, Duration delay) {
            return new Upkeep(log, delay.toMillis());
        }
    };
}
