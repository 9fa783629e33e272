package io.troupe.persistence.log;

import io.troupe.persistence.files.CrashDisk;
import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a log does, in a few dozen steps on the caller's thread: batches of several streams, writes of several
 * events, deletions, segments that fill up, space that is prepared ahead, writes that gather and begin early while
 * another is synced, summaries and compaction.
 */
final class LogWorkload {

    static final LogSettings SETTINGS = LogTests.SMALL;
    private static final int STEPS = 36;
    private static final int GATHER_AT_SYNCS = 3;

    private final SegmentedLog log;
    private final GroupCommit writer;
    private final Ledger ledger;
    private boolean prepare;
    /** During how many more syncs of a step others write. */
    private int toGather;

    private Runnable afterFailure = () -> {};

    /**
     * @param disk which {@code log} is on
     * @param ledger of what was done to {@code log} so far
     */
    LogWorkload(CrashDisk disk, SegmentedLog log, Ledger ledger) {
        this.log = log;
        this.ledger = ledger;
        this.writer = new GroupCommit(
                log, Runnable::run, Runnable::run, Runnable::run, streams -> {}, new GroupCommit.Upkeeping() {
                    @Override
                    public void request() {}

                    @Override
                    public void prepareSegment() {
                        prepare = true;
                    }
                });
        disk.beforeForce(this::gather);
    }

    /** Two write while the log syncs, so that this gathers, and the first of them is written early. */
    private void gather() {
        if (toGather > 0) {
            toGather--;
            for (String who : List.of("first", "second")) {
                LogRecord record = ledger.attempt(who + toGather, 1);
                writer.write(List.of(record), failure -> {
                    if (failure == null) {
                        ledger.acknowledged(record);
                    }
                });
            }
        }
    }

    static SegmentedLog open(LogFiles files) throws IOException {
        return SegmentedLog.open(files, SETTINGS);
    }

    /** Runs after a step of which something failed. */
    void afterFailure(Runnable action) {
        afterFailure = action;
    }

    /** Does all steps, noting in the ledger what was acknowledged; what fails is tried again by later steps. */
    void run() {
        for (int step = 0; step < STEPS; step++) {
            toGather = step % 4 == 1 ? GATHER_AT_SYNCS : 0;
            boolean durable =
                    switch (step % 4) {
                        case 0 -> write(ledger.attempt("a", 1), ledger.attempt("b", 3));
                        case 1 -> write(ledger.attempt("a", 1), ledger.attempt("c" + step / 16, 1));
                        case 2 -> write(ledger.attempt("idle", step == 2 ? 2 : 1));
                        default -> write(ledger.attempt("b", 1), ledger.attempt("a", 2), ledger.attempt("b2", 1));
                    };
            toGather = 0;
            if (!durable) {
                afterFailure.run();
            }
            if (step % 9 == 8) {
                delete("a", ledger.highest("a") - 1);
                delete("b", ledger.highest("b") - 2);
            }
            upkeep(step);
        }
    }

    private void upkeep(int step) {
        try {
            if (prepare) {
                prepare = false;
                log.prepareSegment();
            }
            if (step % 6 == 5) {
                log.summarizeSealed();
            }
            if (step % 12 == 11) {
                log.compact();
            }
        } catch (IOException costsSpaceOnly) {
            prepare = false;
        }
    }

    /** Writes as one request, and so as one batch. */
    boolean write(LogRecord... records) {
        List<@Nullable IOException> answers = new ArrayList<>();
        writer.write(List.of(records), answers::add);
        boolean durable = answers.get(0) == null;
        if (durable) {
            for (LogRecord record : records) {
                ledger.acknowledged(record);
            }
        }
        return durable;
    }

    /** Writes what has no reason to fail. */
    void mustWrite(LogRecord record) throws IOException {
        List<@Nullable IOException> answers = new ArrayList<>();
        writer.write(List.of(record), answers::add);
        IOException failure = answers.get(0);
        if (failure != null) {
            throw failure;
        }
        ledger.acknowledged(record);
    }

    private void delete(String stream, long upTo) {
        if (upTo > 0) {
            ledger.deletionAttempted(stream, upTo);
            if (!writer.delete(stream, upTo).toCompletableFuture().isCompletedExceptionally()) {
                ledger.deletionAcknowledged(stream, upTo);
            }
        }
    }
}
