package io.troupe.persistence.replicated;

import io.troupe.persistence.files.LogFiles;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.log.LogSettings;
import io.troupe.persistence.log.SegmentedLog;
import io.troupe.persistence.log.Upkeep;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Where a replica keeps the bytes of events and snapshots: a segmented log in the machine's files, so that the heap holds
 * an index alone. It is a copy of what the group has, made anew from the group's snapshot and log at each start, so
 * nothing is synced. Appended to by one thread, read by any.
 */
final class Store implements Closeable {

    /** Held as long as the store is in use, also while it is emptied. */
    private static final String LOCK = "IN-USE";

    private static final LogSettings SETTINGS =
            new LogSettings(64L << 20, 8 << 20, 256L << 20, 64 << 20, 0, false, 0.5);
    private static final long COMPACTION_DELAY_MILLIS = 1_000;

    private final LogFiles files;
    private final Function<SegmentedLog, GroupCommit.Upkeeping> upkeeping;
    private final Closeable lock;

    /** Reading holds it shared; whoever replaces or closes the log waits for readers. */
    private final ReentrantReadWriteLock replacing = new ReentrantReadWriteLock();

    private Opened opened;
    private boolean closed;

    /** One life of the log. */
    private record Opened(long generation, SegmentedLog log, GroupCommit.Upkeeping upkeep, GroupCommit writer) {}

    /**
     * @param upkeeping gives back the space of what was deleted
     * @throws io.troupe.persistence.files.DirectoryInUseException when another process has the directory
     */
    Store(LogFiles files, Function<SegmentedLog, GroupCommit.Upkeeping> upkeeping) throws IOException {
        this.files = new UnsyncedFiles(files);
        this.upkeeping = upkeeping;
        this.lock = files.lock(LOCK);
        empty();
        this.opened = open(1);
    }

    /** Compaction on a thread of its own. */
    static GroupCommit.Upkeeping onItsOwnThread(SegmentedLog log) {
        return new Upkeep(log, COMPACTION_DELAY_MILLIS);
    }

    private Opened open(long generation) throws IOException {
        SegmentedLog log = SegmentedLog.open(files, SETTINGS);
        GroupCommit.Upkeeping upkeep = upkeeping.apply(log);
        return new Opened(
                generation,
                log,
                upkeep,
                new GroupCommit(log, Runnable::run, Runnable::run, Runnable::run, names -> {}, upkeep));
    }

    private void empty() throws IOException {
        for (String name : files.list()) {
            if (!name.equals(LOCK)) {
                files.delete(name);
            }
        }
    }

    /** Begins again with nothing. */
    void clear() throws IOException {
        replacing.writeLock().lock();
        try {
            requireOpen();
            closeLog();
            empty();
            opened = open(opened.generation() + 1);
        } finally {
            replacing.writeLock().unlock();
        }
    }

    void append(List<LogRecord> records) throws IOException {
        if (!records.isEmpty()) {
            await(opened.writer().write(records).toCompletableFuture());
        }
    }

    void delete(String stream, long upTo) throws IOException {
        await(opened.writer().delete(stream, upTo).toCompletableFuture());
    }

    /** The writer runs on the caller's thread, so that it is done. */
    private static void await(CompletableFuture<Void> done) throws IOException {
        try {
            done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** Which life of the log this is: it ends with {@link #clear}. */
    long generation() {
        return opened.generation();
    }

    /**
     * Shows {@code visitor} the records of a stream.
     *
     * @return the last sequence number that was deleted by the end of that; 0 when none was
     * @throws IOException also when the log is of another generation
     */
    long read(long generation, String stream, long from, long to, SegmentedLog.Visitor visitor) throws IOException {
        replacing.readLock().lock();
        try {
            requireOpen();
            if (generation != opened.generation()) {
                throw new IOException("the state was replaced by a newer one from another replica");
            }
            opened.log().read(stream, from, to, visitor);
            return opened.log().deletedTo(stream);
        } finally {
            replacing.readLock().unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the store in " + files.describe("") + " is closed");
        }
    }

    private void closeLog() throws IOException {
        opened.writer().close();
        if (opened.upkeep() instanceof Closeable closeable) {
            closeable.close();
        }
        opened.log().close();
    }

    @Override
    public void close() throws IOException {
        replacing.writeLock().lock();
        try (lock) {
            if (!closed) {
                closed = true;
                closeLog();
            }
        } finally {
            replacing.writeLock().unlock();
        }
    }
}
