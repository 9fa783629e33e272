package io.troupe.persistence.log;

import static io.troupe.persistence.log.LogTests.SMALL;
import static io.troupe.persistence.log.LogTests.all;
import static io.troupe.persistence.log.LogTests.append;
import static io.troupe.persistence.log.LogTests.event;
import static io.troupe.persistence.log.LogTests.events;
import static io.troupe.persistence.log.LogTests.read;
import static io.troupe.persistence.log.LogTests.reopened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.persistence.files.DirectoryInUseException;
import io.troupe.persistence.files.MemoryDisk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is found again after a crash or damage: everything acknowledged, or a refusal that says where and what to do. */
class RecoveryTest {

    /** A log of several segments, whose last batch has three records. */
    private static SegmentedLog written(MemoryDisk disk) throws IOException {
        SegmentedLog log = SegmentedLog.open(disk, SMALL);
        for (long nr = 1; nr <= 26; nr++) {
            append(log, event("a", nr), event("b", nr));
        }
        LogTests.append(log, LogRecord.deletion("b", 7, 26));
        append(log, event("a", 27), events("b", 27, 29), event("c", 1));
        return log;
    }

    private static String activeFile(MemoryDisk disk) {
        return disk.list().stream().filter(name -> name.endsWith(".log")).reduce("", (first, last) -> last);
    }

    @Test
    void everyCutOfTheLastBatchLeavesWhatWasBeforeAndWholeRecordsOfIt() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = written(disk);
        String active = activeFile(disk);
        byte[] bytes = disk.bytes(active);
        int third = event("c", 1).size();
        int second = events("b", 27, 29).size();
        int first = event("a", 27).size();
        int start = bytes.length - first - second - third;
        assertThat(log.segments()).isGreaterThan(1);

        for (int cut = start; cut <= bytes.length; cut++) {
            SegmentedLog cutLog = SegmentedLog.open(disk.with(active, Arrays.copyOf(bytes, cut)), SMALL);
            assertThat(cutLog.highest("a")).as("cut at %d", cut).isEqualTo(cut >= start + first ? 27 : 26);
            assertThat(cutLog.highest("b")).as("cut at %d", cut).isEqualTo(cut >= start + first + second ? 29 : 26);
            assertThat(cutLog.highest("c")).as("cut at %d", cut).isEqualTo(cut == bytes.length ? 1 : 0);
            assertThat(read(cutLog, "a")).hasSize(cut >= start + first ? 27 : 26);
            assertThat(read(cutLog, "b", 8, 26)).hasSize(19);
            append(cutLog, event("d", 1));
            cutLog.close();
        }
    }

    @Test
    void aCutLogGoesOnAndIsFoundAgain() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk);
        String active = activeFile(disk);
        byte[] bytes = disk.bytes(active);
        MemoryDisk cut = disk.with(active, Arrays.copyOf(bytes, bytes.length - 1));
        SegmentedLog log = SegmentedLog.open(cut, SMALL);
        append(log, event("c", 1));
        TreeMap<String, List<String>> before = all(log);

        assertThat(reopened(cut.copy(), SMALL)).isEqualTo(before).containsEntry("c up to 1", List.of("1..1"));
    }

    @Test
    void everyFlippedByteOfAClosedLogIsRefusedOrDoesNoHarm() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = written(disk);
        TreeMap<String, List<String>> written = all(log);
        log.close();

        for (String name : disk.list()) {
            byte[] bytes = disk.bytes(name);
            for (int at = 0; at < bytes.length; at++) {
                byte[] damaged = bytes.clone();
                damaged[at] ^= (byte) (1 << at % 8);
                MemoryDisk broken = disk.with(name, damaged);
                if (name.endsWith(".idx")) {
                    assertThat(reopened(broken, SMALL)).as("%s at %d", name, at).isEqualTo(written);
                } else {
                    assertThatThrownBy(() -> reopened(broken, SMALL))
                            .as("%s at %d", name, at)
                            .isInstanceOf(DamagedLogException.class)
                            .hasMessageContaining(name)
                            .hasMessageContaining("offset");
                }
            }
        }
    }

    @Test
    void everyFlippedByteBeforeTheLastBatchOfALogThatWasNotClosedIsRefused() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk);
        String active = activeFile(disk);
        byte[] bytes = disk.bytes(active);
        int lastBatch = bytes.length
                - event("a", 27).size()
                - events("b", 27, 29).size()
                - event("c", 1).size();

        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            MemoryDisk broken = disk.with(active, damaged);
            if (at < lastBatch) {
                assertThatThrownBy(() -> reopened(broken, SMALL))
                        .as("at %d of %d", at, bytes.length)
                        .isInstanceOf(DamagedLogException.class);
            } else {
                assertThat(reopened(broken, SMALL))
                        .as("at %d", at)
                        .containsKey(
                                "a up to " + (at < lastBatch + event("a", 27).size() ? 26 : 27));
            }
        }
    }

    @Test
    void aRefusalNamesFileOffsetAndRemedy() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk).close();
        String first = "0000000000000000-00000000.log";
        byte[] bytes = disk.bytes(first);
        bytes[1000] ^= 1;
        int record = SegmentHeader.BYTES;
        while (record + event("a", 1).size() <= 1000) {
            record += event("a", 1).size();
        }

        assertThatThrownBy(() -> reopened(disk.with(first, bytes), SMALL))
                .isInstanceOfSatisfying(DamagedLogException.class, damage -> {
                    assertThat(damage.file()).isEqualTo("memory:" + first);
                    assertThat(damage.offset()).isBetween(1000L - 200, 1000L);
                })
                .hasMessageContaining("from a backup");
    }

    @Test
    void damageBeyondWhatIsCheckedAtTheStartIsFoundByTheReplay() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk).close();
        String first = "0000000000000000-00000000.log";
        byte[] bytes = disk.bytes(first);
        bytes[3000] ^= 1;
        try (SegmentedLog log = SegmentedLog.open(disk.with(first, bytes), SMALL.withVerifyBytesMax(0))) {
            assertThat(read(log, "c")).containsExactly("1..1");
            assertThatThrownBy(() -> {
                        read(log, "a");
                        read(log, "b", 1, 26);
                    })
                    .isInstanceOf(DamagedLogException.class);
        }
    }

    @Test
    void aSegmentThatIsShorterOrMissingIsRefused() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk).close();
        for (String name : disk.list()) {
            if (name.endsWith(".log")) {
                byte[] bytes = disk.bytes(name);
                byte[] shorter =
                        Arrays.copyOf(bytes, bytes.length - event("a", 10).size());
                assertThatThrownBy(() -> reopened(disk.with(name, shorter), SMALL))
                        .hasMessageContaining(name);
                assertThatThrownBy(() -> reopened(disk.without(name), SMALL)).hasMessageContaining("missing");
            }
        }
        assertThatThrownBy(() -> reopened(disk.without(Manifest.FILE), SMALL)).hasMessageContaining(Manifest.FILE);
    }

    @Test
    void aLogOfAnotherFormatVersionIsRefused() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        written(disk).close();
        String text = new String(disk.bytes(Manifest.FILE)).replace("troupe-log 1", "troupe-log 9");
        String body = text.substring(0, text.indexOf("crc32c"));
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(body.getBytes());
        byte[] newer = (body + "crc32c " + String.format("%08x", crc.getValue()) + "\n").getBytes();
        assertThatThrownBy(() -> reopened(disk.with(Manifest.FILE, newer), SMALL))
                .hasMessageContaining("troupe-log 9")
                .hasMessageContaining("version of Troupe");
    }

    @Test
    void summariesAreMadeAgainWhenTheyAreMissing() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = written(disk);
        log.summarizeSealed();
        TreeMap<String, List<String>> written = all(log);
        log.close();
        MemoryDisk without = disk.copy();
        disk.list().stream().filter(name -> name.endsWith(".idx")).forEach(without::delete);
        assertThat(disk.sizes()).hasSizeGreaterThan(without.sizes().size());
        assertThat(reopened(without, SMALL)).isEqualTo(written);
        assertThat(reopened(disk, SMALL)).isEqualTo(written);
    }

    @Test
    void aLogOpensOnAFullDiskAlsoWithoutItsSummaries() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = written(disk);
        TreeMap<String, List<String>> written = all(log);
        MemoryDisk full = disk.copy();
        full.list().stream().filter(name -> name.endsWith(".idx")).forEach(full::delete);
        full.full(full.used());
        SegmentedLog opened = SegmentedLog.open(full, SMALL);
        assertThat(opened.segments()).isGreaterThan(1);
        assertThat(all(opened)).isEqualTo(written);
    }

    @Test
    void spacePreparedAheadIsKeptWhenItHoldsZerosAndCutBehindATornWrite() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = written(disk);
        TreeMap<String, List<String>> written = all(log);
        String active = activeFile(disk);
        byte[] prepared = Arrays.copyOf(disk.bytes(active), (int) SMALL.segmentBytes());
        int end = disk.bytes(active).length;

        MemoryDisk zeros = disk.with(active, prepared);
        SegmentedLog reopened = SegmentedLog.open(zeros, SMALL);
        assertThat(all(reopened)).isEqualTo(written);
        assertThat(zeros.bytes(active)).hasSize(prepared.length);
        append(reopened, event("d", 1));
        assertThat(reopened(zeros.copy(), SMALL)).containsEntry("d up to 1", List.of("1..1"));

        for (int at = end; at < prepared.length; at += 97) {
            byte[] torn = prepared.clone();
            torn[at] = 1;
            MemoryDisk broken = disk.with(active, torn);
            assertThat(all(SegmentedLog.open(broken, SMALL))).as("at %d", at).isEqualTo(written);
            assertThat(broken.bytes(active)).hasSize(end);
        }
        prepared[end - 10] ^= 1;
        byte[] later = prepared;
        assertThat(reopened(disk.with(active, later), SMALL))
                .as("damage to the last batch of a log that was not closed is cut, as documented")
                .doesNotContainKey("c up to 1");
    }

    @Test
    void whateverAPowerCutLeavesOfUnsyncedBytesEverythingAcknowledgedIsFound() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            MemoryDisk disk = new MemoryDisk();
            Map<String, Long> acknowledged = new TreeMap<>();
            for (int crash = 0; crash < 4; crash++) {
                SegmentedLog log = SegmentedLog.open(disk, SMALL);
                for (Map.Entry<String, Long> entry : acknowledged.entrySet()) {
                    String stream = entry.getKey();
                    assertThat(log.highest(stream)).as("seed %d", seed).isGreaterThanOrEqualTo(entry.getValue());
                    assertThat(read(log, stream)).as("seed %d", seed).hasSize((int) log.highest(stream));
                }
                int writes = random.nextInt(30);
                for (int i = 0; i < writes; i++) {
                    append(log, next(log, "a"), next(log, "b"));
                    acknowledged.put("a", log.highest("a"));
                    acknowledged.put("b", log.highest("b"));
                }
                disk.forceFails(true);
                assertThatThrownBy(() -> append(log, next(log, "a"), next(log, "b"), next(log, "c")))
                        .isInstanceOf(IOException.class);
                disk = disk.crash(random);
            }
        }
    }

    private static LogRecord next(SegmentedLog log, String stream) {
        return event(stream, log.highest(stream) + 1);
    }

    @Test
    void aDirectoryIsOpenOnce() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SegmentedLog log = SegmentedLog.open(disk, SMALL);
        assertThatThrownBy(() -> SegmentedLog.open(disk, SMALL)).isInstanceOf(DirectoryInUseException.class);
        log.close();
        SegmentedLog.open(disk, SMALL).close();
    }
}
