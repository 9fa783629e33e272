package io.troupe.persistence.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log's one writer: a thread that takes everything that waits, appends it with one write and one sync, and then
 * tells everyone who waited. While a sync is under way the next batch gathers; no timer is needed. (Group commit:
 * DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984, section 5.)
 *
 * <p>Futures complete on the writer's thread: what hangs on them must be short.
 */
public final class GroupCommit implements Closeable {

    /** What one caller wants done, in the order of the calls. */
    private sealed interface Job {
        CompletableFuture<Void> done();

        long bytes();
    }

    private record Write(List<LogRecord> records, long bytes, CompletableFuture<Void> done) implements Job {}

    private record Delete(String stream, long upTo, CompletableFuture<Void> done) implements Job {
        @Override
        public long bytes() {
            return RecordFormat.HEADER_BYTES + 3L * stream.length();
        }
    }

    /** Done when everything that was asked for before it is. */
    private record Barrier(CompletableFuture<Void> done) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }

    private record Stop(CompletableFuture<Void> done) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /** How much was written, counted since the log was opened. */
    public record Counters(long records, long bytes, long syncs, long failures) {}

    private final SegmentedLog log;
    private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final ArrayDeque<Job> taken = new ArrayDeque<>();
    private final Consumer<Set<String>> committed;
    private final Runnable spaceMayBeFree;
    private final Thread writer;
    private volatile Counters counters = new Counters(0, 0, 0, 0);
    private volatile boolean closed;

    /**
     * Starts the writer of {@code log}, which it does not close.
     *
     * @param committed told, on the writer's thread, which streams have new records that are durable now
     * @param spaceMayBeFree called on the writer's thread when a segment was sealed or events were deleted
     */
    public GroupCommit(SegmentedLog log, Consumer<Set<String>> committed, Runnable spaceMayBeFree) {
        this.log = log;
        this.committed = committed;
        this.spaceMayBeFree = spaceMayBeFree;
        this.writer = new Thread(this::run, "troupe-journal-writer");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Appends {@code records}, each of which is atomic. The stage fails when they may not be durable; {@link
     * LogOverloadedException} says that nothing was written.
     */
    public CompletionStage<Void> write(List<LogRecord> records) {
        long bytes = 0;
        for (LogRecord record : records) {
            bytes += record.size();
        }
        if (queuedBytes.get() + bytes > log.settings().queueBytesMax()) {
            return CompletableFuture.failedFuture(
                    new LogOverloadedException(queuedBytes.get(), log.settings().queueBytesMax()));
        }
        return submit(new Write(List.copyOf(records), bytes, new CompletableFuture<>()));
    }

    /** Deletes a stream's events up to {@code upTo}, as far as there are any by then. */
    public CompletionStage<Void> delete(String stream, long upTo) {
        return submit(new Delete(stream, upTo, new CompletableFuture<>()));
    }

    /** Completes when everything written or deleted before this call is done, one way or the other. */
    public CompletionStage<Void> barrier() {
        return submit(new Barrier(new CompletableFuture<>()));
    }

    private CompletionStage<Void> submit(Job job) {
        queuedBytes.addAndGet(job.bytes());
        queue.add(job);
        if (closed && queue.remove(job)) {
            job.done().completeExceptionally(new IOException("The log is closed"));
        }
        return job.done();
    }

    public Counters counters() {
        return counters;
    }

    private void run() {
        boolean running = true;
        while (running) {
            running = takeWork() && commitTaken();
        }
    }

    /** Waits for work and takes all there is, up to the most bytes of a batch. */
    private boolean takeWork() {
        try {
            if (taken.isEmpty()) {
                taken.add(queue.take());
            }
        } catch (InterruptedException e) {
            return !closed;
        }
        queue.drainTo(taken);
        return true;
    }

    /** Commits the longest prefix of what was taken that goes into one write; false after a stop. */
    private boolean commitTaken() {
        List<Job> batch = new ArrayList<>();
        List<LogRecord> records = new ArrayList<>();
        Map<String, Long> highestInBatch = new HashMap<>();
        long bytes = 0;
        while (!taken.isEmpty()) {
            Job job = taken.element();
            boolean fits = bytes + job.bytes() <= log.settings().batchBytesMax() && log.hasRoomFor(bytes + job.bytes());
            if (bytes > 0 && !fits || job instanceof Stop && !batch.isEmpty()) {
                break;
            }
            taken.remove();
            batch.add(job);
            bytes += job.bytes();
            gather(job, records, highestInBatch);
            if (job instanceof Stop) {
                break;
            }
        }
        IOException failure = records.isEmpty() ? null : append(records, bytes);
        queuedBytes.addAndGet(-bytes);
        if (failure == null && !records.isEmpty()) {
            Set<String> streams = new HashSet<>(highestInBatch.keySet());
            committed.accept(streams);
        }
        finish(batch, failure);
        return !(batch.get(batch.size() - 1) instanceof Stop);
    }

    private void gather(Job job, List<LogRecord> records, Map<String, Long> highestInBatch) {
        if (job instanceof Write write) {
            for (LogRecord record : write.records()) {
                records.add(record);
                highestInBatch.merge(record.streamName(), record.last(), Math::max);
            }
        } else if (job instanceof Delete delete) {
            long highest = Math.max(log.highest(delete.stream()), highestInBatch.getOrDefault(delete.stream(), 0L));
            long upTo = Math.min(delete.upTo(), highest);
            if (upTo > log.deletedTo(delete.stream())) {
                records.add(LogRecord.deletion(delete.stream(), upTo, highest));
                highestInBatch.merge(delete.stream(), highest, Math::max);
            }
        }
    }

    private @Nullable IOException append(List<LogRecord> records, long bytes) {
        Counters before = counters;
        try {
            if (!log.hasRoomFor(bytes)) {
                log.roll();
                spaceMayBeFree.run();
            }
            log.append(records);
            if (records.stream().anyMatch(record -> record.type() == RecordType.DELETION)) {
                spaceMayBeFree.run();
            }
            counters = new Counters(
                    before.records() + records.size(), before.bytes() + bytes, before.syncs() + 1, before.failures());
            return null;
        } catch (IOException | RuntimeException e) {
            counters = new Counters(before.records(), before.bytes(), before.syncs(), before.failures() + 1);
            return e instanceof IOException io ? io : new IOException(e);
        }
    }

    private static void finish(List<Job> batch, @Nullable IOException failure) {
        for (Job job : batch) {
            if (failure == null || job instanceof Barrier || job instanceof Stop) {
                job.done().complete(null);
            } else {
                job.done().completeExceptionally(failure);
            }
        }
    }

    /** Finishes what was asked for before, then ends the writer; what is asked for later fails. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Stop stop = new Stop(new CompletableFuture<>());
        queue.add(stop);
        stop.done().join();
        List<Job> late = new ArrayList<>(taken);
        queue.drainTo(late);
        late.forEach(job -> job.done().completeExceptionally(new IOException("The log is closed")));
    }
}
