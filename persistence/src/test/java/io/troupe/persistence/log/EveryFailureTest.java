package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.Crash;
import io.troupe.persistence.files.CrashDisk;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/**
 * Every single operation on the log's files fails once, and the log crashes after any of the operations that follow soon;
 * or it is the first of a disk that fails for good.
 */
class EveryFailureTest {

    /** Enough to go through the next roll-over or compaction. */
    private static final int OPERATIONS_AFTERWARDS = 25;

    private static int operations() throws IOException {
        CrashDisk disk = new CrashDisk();
        try (SegmentedLog log = LogWorkload.open(disk)) {
            new LogWorkload(disk, log, new Ledger()).run();
        }
        return disk.operations();
    }

    @Test
    void anOperationThatFailsOnceFailsAtMostTheWriteThatNeededItAndTheLogGoesOn() throws IOException {
        int all = operations();
        assertThat(all).isGreaterThan(150);
        for (int failing = 1; failing <= all; failing++) {
            int one = failing;
            run(one, operation -> operation == one, true);
        }
    }

    @Test
    void aDiskThatFailsForGoodTakesNothingMoreAndLosesNothingItTook() throws IOException {
        int all = operations();
        for (int failing = 1; failing <= all; failing++) {
            int first = failing;
            run(first, operation -> operation >= first, false);
        }
    }

    private static void run(int failing, IntPredicate fails, boolean goesOn) {
        CrashDisk disk = new CrashDisk();
        disk.failing(fails);
        Ledger ledger = new Ledger();
        try {
            SegmentedLog log = open(disk);
            if (log != null) {
                LogWorkload workload = new LogWorkload(disk, log, ledger);
                // Less than what failed: it may fit where that did not.
                workload.afterFailure(() -> workload.write(ledger.attempt("small", 1)));
                disk.afterEach(() -> {
                    int since = disk.operations() - failing;
                    if (goesOn && since >= 0 && since < OPERATIONS_AFTERWARDS) {
                        Crash.extremes(disk)
                                .forEach((how, left) -> recover(left, ledger, how + ", " + since + " later"));
                    }
                });
                workload.run();
                disk.afterEach(() -> {});
                ledger.checkLiving(log);
                if (goesOn && disk.operations() >= failing) {
                    workload.mustWrite(ledger.attempt("a", 1));
                    ledger.checkLiving(log);
                }
            }
            recover(disk.files(), ledger, "everything kept");
            Crash.extremes(disk).forEach((how, left) -> recover(left, ledger, how));
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("Operation " + failing + " failed", e);
        }
    }

    /** A log that does not open for an I/O error opens when that has passed, or the disk is dead. */
    private static SegmentedLog open(CrashDisk disk) {
        for (int attempt = 0; attempt < 2; attempt++) {
            try {
                return LogWorkload.open(disk);
            } catch (IOException failed) {
                assertThat(failed).isNotInstanceOf(DamagedLogException.class);
            }
        }
        return null;
    }

    private static void recover(Map<String, byte[]> files, Ledger ledger, String how) {
        try {
            ledger.checkRecovered(LogWorkload.open(CrashDisk.of(files)));
        } catch (IOException | AssertionError e) {
            throw new AssertionError("then after a crash: " + how, e);
        }
    }
}
