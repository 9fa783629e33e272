package io.troupe.persistence.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log's one writer: takes everything that waits, appends it with one write and one sync, and then tells everyone
 * who waited. While a sync is under way the next batch gathers; no timer is needed. (Group commit: DeWitt et al.,
 * "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984, section 5.)
 *
 * <p>It runs on the executor it is given, one task at a time; a task blocks on the disk. Answers are given on another,
 * all of a batch in one task, so that the next write does not wait for what hangs on them.
 */
public final class GroupCommit implements Closeable {

    /** Told once how a request ended. */
    @FunctionalInterface
    public interface Answer {
        /** {@code failure} is null when everything asked for is durable. */
        void done(@Nullable IOException failure);
    }

    /** What the writer asks for and does not wait for. */
    public interface Upkeeping {
        /** A segment was sealed or events were deleted: space may be free. */
        void request();

        /** {@link SegmentedLog#prepareSegment()} should be called. */
        void prepareSegment();

        /** Whoever opened the log does this itself, or goes without. */
        Upkeeping NONE = new Upkeeping() {
            @Override
            public void request() {}

            @Override
            public void prepareSegment() {}
        };
    }

    /** What one caller wants done, in the order of the calls. */
    private sealed interface Job {
        Answer answer();

        long bytes();
    }

    private record Write(List<LogRecord> records, long bytes, Answer answer) implements Job {}

    private record Delete(String stream, long upTo, Answer answer) implements Job {
        @Override
        public long bytes() {
            return RecordFormat.HEADER_BYTES + 3L * stream.length();
        }
    }

    /** Done when everything that was asked for before it is. */
    private record Barrier(Answer answer) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /** The last job that is done. */
    private record Stop(Answer answer) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /** How much was written, counted since the log was opened. */
    public record Counters(long records, long bytes, long syncs, long failures) {}

    private static final String CLOSED = "The log is closed";

    private final SegmentedLog log;
    private final Executor writer;
    private final Executor answers;
    private final ConcurrentLinkedQueue<Job> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final ArrayDeque<Job> taken = new ArrayDeque<>();
    private final Consumer<List<String>> committed;
    private final Upkeeping upkeep;
    private volatile Counters counters = new Counters(0, 0, 0, 0);
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean stopped;

    /**
     * The writer of {@code log}, which it does not close.
     *
     * @param writer on which it writes and blocks; one thread is enough
     * @param answers on which callers are told how their requests ended
     * @param committed told, on the writer's thread, of which streams there are new records that are durable now; a
     *     name may come more than once
     * @param upkeep asked, on the writer's thread, for what should be done besides
     */
    public GroupCommit(
            SegmentedLog log, Executor writer, Executor answers, Consumer<List<String>> committed, Upkeeping upkeep) {
        this.log = log;
        this.writer = writer;
        this.answers = answers;
        this.committed = committed;
        this.upkeep = upkeep;
    }

    /**
     * Appends {@code records}, each of which is atomic. The answer is a failure when they may not be durable; {@link
     * LogOverloadedException} says that nothing was written.
     */
    public void write(List<LogRecord> records, Answer answer) {
        long bytes = 0;
        for (LogRecord record : records) {
            bytes += record.size();
        }
        long queued = queuedBytes.get();
        if (queued + bytes > log.settings().queueBytesMax()) {
            answer.done(new LogOverloadedException(queued, log.settings().queueBytesMax()));
        } else {
            submit(new Write(List.copyOf(records), bytes, answer));
        }
    }

    /** As {@link #write(List, Answer)}; the stage fails where the answer is a failure. */
    public CompletionStage<Void> write(List<LogRecord> records) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        write(records, completing(done));
        return done;
    }

    /** Deletes a stream's events up to {@code upTo}, as far as there are any by then. */
    public CompletionStage<Void> delete(String stream, long upTo) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        submit(new Delete(stream, upTo, completing(done)));
        return done;
    }

    /** Completes when everything written or deleted before this call is done, one way or the other. */
    public CompletionStage<Void> barrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        submit(new Barrier(completing(done)));
        return done;
    }

    private static Answer completing(CompletableFuture<Void> done) {
        return failure -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        };
    }

    private void submit(Job job) {
        if (closed.get()) {
            job.answer().done(new IOException(CLOSED));
            return;
        }
        queuedBytes.addAndGet(job.bytes());
        enqueue(job);
    }

    private void enqueue(Job job) {
        queue.add(job);
        if (!running.get() && running.compareAndSet(false, true)) {
            try {
                writer.execute(this::run);
            } catch (RejectedExecutionException ended) {
                running.set(false);
                failQueued();
            }
        }
    }

    private void failQueued() {
        for (Job job = queue.poll(); job != null; job = queue.poll()) {
            job.answer().done(new IOException(CLOSED));
        }
    }

    public Counters counters() {
        return counters;
    }

    /** Writes until nothing waits; never runs twice at a time. */
    private void run() {
        do {
            takeAll();
            while (!taken.isEmpty()) {
                commitTaken();
                takeAll();
            }
            running.set(false);
        } while (!queue.isEmpty() && running.compareAndSet(false, true));
    }

    private void takeAll() {
        for (Job job = queue.poll(); job != null; job = queue.poll()) {
            taken.add(job);
        }
    }

    /** Commits the longest prefix of what was taken that goes into one write. */
    private void commitTaken() {
        List<Job> batch = new ArrayList<>(taken.size());
        List<LogRecord> records = new ArrayList<>(taken.size());
        long bytes = 0;
        while (!taken.isEmpty()) {
            Job job = taken.element();
            boolean fits = bytes + job.bytes() <= log.settings().batchBytesMax() && log.hasRoomFor(bytes + job.bytes());
            if (bytes > 0 && !fits) {
                break;
            }
            taken.remove();
            batch.add(job);
            bytes += job.bytes();
            gather(job, records);
            if (job instanceof Stop) {
                break;
            }
        }
        IOException failure = stopped ? new IOException(CLOSED) : null;
        if (failure == null && !records.isEmpty()) {
            failure = append(records, bytes);
        }
        queuedBytes.addAndGet(-bytes);
        if (failure == null && !records.isEmpty()) {
            List<String> streams = new ArrayList<>(records.size());
            records.forEach(record -> streams.add(record.streamName()));
            committed.accept(streams);
        }
        if (batch.get(batch.size() - 1) instanceof Stop stop) {
            stopped = true;
            batch.remove(stop);
            stop.answer().done(null);
        }
        if (!batch.isEmpty()) {
            answer(batch, failure);
        }
    }

    private void gather(Job job, List<LogRecord> records) {
        if (job instanceof Write write) {
            records.addAll(write.records());
        } else if (job instanceof Delete delete) {
            long highest = log.highest(delete.stream());
            long deletedTo = log.deletedTo(delete.stream());
            for (LogRecord before : records) {
                if (before.streamName().equals(delete.stream())) {
                    highest = Math.max(highest, before.last());
                    deletedTo = before.type() == RecordType.DELETION ? Math.max(deletedTo, before.first()) : deletedTo;
                }
            }
            long upTo = Math.min(delete.upTo(), highest);
            if (upTo > deletedTo) {
                records.add(LogRecord.deletion(delete.stream(), upTo, highest));
            }
        }
    }

    private @Nullable IOException append(List<LogRecord> records, long bytes) {
        Counters before = counters;
        try {
            if (!log.hasRoomFor(bytes)) {
                log.roll();
                upkeep.request();
            }
            log.append(records);
            if (log.wantsSegmentPrepared()) {
                upkeep.prepareSegment();
            }
            for (LogRecord record : records) {
                if (record.type() == RecordType.DELETION) {
                    upkeep.request();
                    break;
                }
            }
            counters = new Counters(
                    before.records() + records.size(), before.bytes() + bytes, before.syncs() + 1, before.failures());
            return null;
        } catch (IOException | RuntimeException e) {
            counters = new Counters(before.records(), before.bytes(), before.syncs(), before.failures() + 1);
            return e instanceof IOException io ? io : new IOException(e);
        }
    }

    private void answer(List<Job> batch, @Nullable IOException failure) {
        try {
            answers.execute(() -> answerAll(batch, failure));
        } catch (RejectedExecutionException ended) {
            answerAll(batch, failure);
        }
    }

    private static void answerAll(List<Job> batch, @Nullable IOException failure) {
        for (Job job : batch) {
            job.answer().done(job instanceof Barrier ? null : failure);
        }
    }

    /** Finishes what was asked for before and returns when it is done; what is asked for later fails. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            enqueue(new Stop(completing(done)));
            done.join();
        }
    }
}
