package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.Crash;
import io.troupe.persistence.files.CrashDisk;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * The log crashes after every single operation on its files, and everything that POSIX lets such a crash leave behind is
 * opened again: all of it, not a sample.
 */
class EveryCrashTest {

    private final Set<String> seen = new HashSet<>();
    private final Set<String> kinds = new TreeSet<>();
    private int crashes;
    private int crashesInRecovery;

    @Test
    void whateverACrashAfterAnyOperationLeavesEverythingAcknowledgedIsFoundAndNothingElse() throws IOException {
        CrashDisk disk = new CrashDisk();
        Ledger ledger = new Ledger();
        disk.afterEach(() -> crashNow(disk, ledger, false));
        try (SegmentedLog log = LogWorkload.open(disk)) {
            new LogWorkload(log, ledger).run();
            ledger.checkLiving(log);
        }
        System.out.printf(
                "%d operations, %d different states after a crash, %d after another in the recovery%n",
                disk.operations(), crashes, crashesInRecovery);
        assertThat(disk.operations()).isGreaterThan(150);
        assertThat(crashes).isGreaterThan(1500);
        assertThat(crashesInRecovery).isGreaterThan(500);
        assertThat(kinds).anyMatch(kind -> kind.startsWith("torn")).anyMatch(kind -> kind.startsWith("all but"));
    }

    private void crashNow(CrashDisk disk, Ledger ledger, boolean inRecovery) {
        Map<String, Map<String, byte[]>> states = inRecovery ? Crash.extremes(disk) : Crash.states(disk);
        states.forEach((how, files) -> {
            if (seen.add(digest(files, ledger))) {
                kinds.add(how.substring(how.indexOf(", ") + 2));
                recover(files, ledger, how + " of operation " + disk.operations(), inRecovery);
            }
        });
    }

    private void recover(Map<String, byte[]> files, Ledger ledger, String how, boolean again) {
        CrashDisk disk = CrashDisk.of(files);
        if (again) {
            crashesInRecovery++;
        } else {
            crashes++;
            disk.afterEach(() -> crashNow(disk, ledger, true));
        }
        try {
            SegmentedLog log = LogWorkload.open(disk);
            disk.afterEach(() -> {});
            ledger.checkRecovered(log);
            if (!again) {
                goOn(disk, log);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("After a crash" + (again ? " in the recovery" : "") + ": " + how, e);
        }
    }

    /** A recovered log takes events again, and has them after another restart. */
    private static void goOn(CrashDisk disk, SegmentedLog log) throws IOException {
        long next = log.highest("a") + 1;
        LogTests.append(log, LogTests.event("a", next));
        SegmentedLog reopened = LogWorkload.open(CrashDisk.of(disk.files()));
        assertThat(reopened.highest("a")).isEqualTo(next);
    }

    private static String digest(Map<String, byte[]> files, Ledger ledger) {
        StringBuilder digest = new StringBuilder().append(ledger.version());
        files.forEach((name, bytes) -> {
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            digest.append(' ').append(name).append(crc.getValue()).append(Arrays.hashCode(bytes));
        });
        return digest.toString();
    }
}
