package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.Crash;
import io.troupe.persistence.files.CrashDisk;
import io.troupe.sim.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The log crashes after every single operation on its files, and everything that POSIX lets such a crash leave behind is
 * opened again: all of it, not a sample. A scenario for mutants, too, with nothing left to chance.
 */
final class EveryCrash implements Consumer<Simulation> {

    final Set<String> kinds = new TreeSet<>();
    int operations;
    int crashes;
    int crashesInRecovery;
    private final Set<String> seen = new HashSet<>();

    @Override
    public void accept(Simulation unused) {
        try {
            explore();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws AssertionError when something acknowledged is not found, or something else is, or the log does not open */
    void explore() throws IOException {
        CrashDisk disk = new CrashDisk();
        Ledger ledger = new Ledger();
        disk.afterEach(() -> crashNow(disk, ledger, false));
        try (SegmentedLog log = LogWorkload.open(disk)) {
            new LogWorkload(disk, log, ledger).run();
            ledger.checkLiving(log);
        }
        operations = disk.operations();
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
