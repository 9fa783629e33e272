package io.troupe.persistence.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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

    /** How much was written, counted since the log was opened. */
    public record Counters(long records, long bytes, long syncs, long failures) {}

    /** Fewer bytes are not worth waking a thread for, to write them early; nor is less than 1/64 of a segment that is tiny. */
    private static final int EARLY_BYTES_MIN = 128 << 10;

    private static final String CLOSED = "The log is closed";

    private final SegmentedLog log;
    private final Executor writer;
    private final Executor answers;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Consumer<List<String>> committed;
    private final Upkeeping upkeep;
    private final EarlyWriter early;
    private final int earlyBytesMin;

    /** Guards {@link #gathering}: what callers add to while the writer has the other one. */
    private final Object gate = new Object();

    private Gathering gathering;
    private Gathering other;

    /** For what does not go into one write. */
    private final Batch part;

    private volatile Counters counters = new Counters(0, 0, 0, 0);
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean stopped;

    /**
     * The writer of {@code log}, which it does not close.
     *
     * @param writer on which it writes and blocks; one thread is enough
     * @param answers on which callers are told how their requests ended
     * @param committed told, before the answers and where they are given, of which streams there are new records that
     *     are durable now; a name may come more than once
     * @param early on which parts of a large batch are written, and may block, while the batch before is synced
     * @param upkeep asked, on the writer's thread, for what should be done besides
     */
    public GroupCommit(
            SegmentedLog log,
            Executor writer,
            Executor early,
            Executor answers,
            Consumer<List<String>> committed,
            Upkeeping upkeep) {
        this.log = log;
        this.writer = writer;
        this.answers = answers;
        this.committed = committed;
        this.upkeep = upkeep;
        int batchBytesMax = log.settings().batchBytesMax();
        this.gathering = new Gathering(batchBytesMax);
        this.other = new Gathering(batchBytesMax);
        this.part = new Batch(batchBytesMax);
        this.early = new EarlyWriter(log, early, this::early);
        this.earlyBytesMin = (int) Math.min(EARLY_BYTES_MIN, log.settings().segmentBytes() / 64);
        gathering.begin(log.endPosition(), log.endPosition());
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
            submit(new Job.Write(List.copyOf(records), bytes, answer));
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
        submit(new Job.Delete(stream, upTo, completing(done)));
        return done;
    }

    /** Completes when everything written or deleted before this call is done, one way or the other, and readers see it. */
    public CompletionStage<Void> barrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        submit(new Job.Barrier(completing(done)));
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
        boolean muchGathered;
        synchronized (gate) {
            gathering.add(job);
            muchGathered = gathering.earlyBytes() >= earlyBytesMin;
        }
        if (!running.get() && running.compareAndSet(false, true)) {
            try {
                writer.execute(this::run);
            } catch (RejectedExecutionException ended) {
                stopped = true;
                run();
            }
        } else if (muchGathered) {
            early.ask();
        }
    }

    private Optional<Batch.Part> early() {
        synchronized (gate) {
            return gathering.earlyBytes() >= earlyBytesMin
                    ? Optional.of(gathering.batch().early())
                    : Optional.empty();
        }
    }

    public Counters counters() {
        return counters;
    }

    /** Writes until nothing waits; never runs twice at a time. */
    private void run() {
        do {
            for (Gathering taken = take(); taken != null; taken = take()) {
                commit(taken);
            }
            running.set(false);
        } while (isAnyoneWaiting() && running.compareAndSet(false, true));
    }

    /**
     * What waits, if anything does; from now on the next gathers, for the place where this will end if nothing fails. What
     * is returned nobody adds to any more: that it was empty is no news of the one that gathers.
     */
    private @Nullable Gathering take() {
        synchronized (gate) {
            if (gathering.isEmpty()) {
                return null;
            }
            Gathering taken = gathering;
            taken.batch().taken();
            other.begin(log.endPosition() + taken.bytes(), log.endPosition());
            gathering = other;
            other = taken;
            return taken;
        }
    }

    private boolean isAnyoneWaiting() {
        synchronized (gate) {
            return !gathering.isEmpty();
        }
    }

    private void commit(Gathering taken) {
        ArrayDeque<Job> jobs = taken.jobs();
        if (taken.isOneWrite() && log.hasRoomFor(taken.bytes())) {
            commit(List.copyOf(jobs), taken.batch());
            return;
        }
        while (!jobs.isEmpty()) {
            part.begin(log.endPosition(), log.endPosition());
            commit(nextPart(jobs), part);
        }
    }

    /** Takes the longest prefix of {@code jobs} that goes into one write, whose records {@link #part} becomes. */
    private List<Job> nextPart(ArrayDeque<Job> jobs) {
        List<Job> taken = new ArrayList<>(jobs.size());
        long bytes = 0;
        while (!jobs.isEmpty()) {
            Job job = jobs.element();
            boolean fits = bytes + job.bytes() <= log.settings().batchBytesMax() && log.hasRoomFor(bytes + job.bytes());
            if (bytes > 0 && !fits) {
                break;
            }
            taken.add(jobs.remove());
            bytes += job.bytes();
            gather(job);
            if (job instanceof Job.Stop) {
                break;
            }
        }
        return taken;
    }

    private void gather(Job job) {
        if (job instanceof Job.Write write) {
            write.records().forEach(part::add);
        } else if (job instanceof Job.Delete delete) {
            log.publish();
            long highest = log.highest(delete.stream());
            long deletedTo = log.deletedTo(delete.stream());
            for (LogRecord before : part.records()) {
                if (before.streamName().equals(delete.stream())) {
                    highest = Math.max(highest, before.last());
                    deletedTo = before.type() == RecordType.DELETION ? Math.max(deletedTo, before.first()) : deletedTo;
                }
            }
            long upTo = Math.min(delete.upTo(), highest);
            if (upTo > deletedTo) {
                part.add(LogRecord.deletion(delete.stream(), upTo, highest));
            }
        }
    }

    private void commit(List<Job> jobs, Batch batch) {
        IOException failure = stopped ? new IOException(CLOSED) : null;
        List<LogRecord> records = batch.records();
        if (failure == null && !records.isEmpty()) {
            failure = append(batch);
        }
        long bytes = 0;
        for (Job job : jobs) {
            bytes += job.bytes();
        }
        queuedBytes.addAndGet(-bytes);
        answer(jobs, failure == null ? records : List.of(), failure);
        if (jobs.get(jobs.size() - 1) instanceof Job.Stop stop) {
            stopped = true;
            // Here and now: whoever closes may do so on the only thread there is for answers.
            stop.answer().done(null);
        }
    }

    private @Nullable IOException append(Batch batch) {
        Counters before = counters;
        try {
            if (!log.hasRoomFor(batch.bytes())) {
                log.roll();
                upkeep.request();
            }
            log.append(batch);
            if (log.wantsSegmentPrepared()) {
                upkeep.prepareSegment();
            }
            for (LogRecord record : batch.records()) {
                if (record.type() == RecordType.DELETION) {
                    upkeep.request();
                    break;
                }
            }
            counters = new Counters(
                    before.records() + batch.records().size(),
                    before.bytes() + batch.bytes(),
                    before.syncs() + 1,
                    before.failures());
            return null;
        } catch (IOException | RuntimeException e) {
            counters = new Counters(before.records(), before.bytes(), before.syncs(), before.failures() + 1);
            return e instanceof IOException io ? io : new IOException(e);
        }
    }

    private void answer(List<Job> jobs, List<LogRecord> written, @Nullable IOException failure) {
        try {
            answers.execute(() -> answerNow(jobs, written, failure));
        } catch (RejectedExecutionException ended) {
            answerNow(jobs, written, failure);
        }
    }

    private void answerNow(List<Job> jobs, List<LogRecord> written, @Nullable IOException failure) {
        log.publish(); // Also what was committed before: those answers may be under way on another thread.
        if (!written.isEmpty()) {
            committed.accept(written.stream().map(LogRecord::streamName).toList());
        }
        answerAll(jobs, failure);
    }

    private static void answerAll(List<Job> jobs, @Nullable IOException failure) {
        for (Job job : jobs) {
            if (!(job instanceof Job.Stop)) {
                job.answer().done(job instanceof Job.Barrier ? null : failure);
            }
        }
    }

    /** Finishes what was asked for before and returns when it is done; what is asked for later fails. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            enqueue(new Job.Stop(completing(done)));
            done.join();
        }
    }
}
