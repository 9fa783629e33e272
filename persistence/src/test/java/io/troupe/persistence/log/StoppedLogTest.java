package io.troupe.persistence.log;

import static io.troupe.persistence.log.LogTests.SMALL;
import static io.troupe.persistence.log.LogTests.append;
import static io.troupe.persistence.log.LogTests.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.persistence.files.DiskFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log as a crash has left it: everything that a start would tidy up is there, and stays. */
class StoppedLogTest {

    private static final long EVENTS = 60;

    @TempDir
    private Path folder;

    @BeforeEach
    void crash() throws IOException {
        SegmentedLog log = SegmentedLog.open(new DiskFiles(folder), SMALL);
        for (long nr = 1; nr <= EVENTS; nr++) {
            append(log, event("a", nr), event("b", nr));
        }
        append(log, LogRecord.deletion("b", 7, EVENTS));
        Files.writeString(folder.resolve("SPARE"), "zeros");
        Files.copy(files(".log").get(1), folder.resolve("0000000000000100-00000000.log")); // Left over by a compaction.
        Files.write(active(), new byte[] {0, 0, 0, 99, 1}, StandardOpenOption.APPEND); // A torn write.
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private Path active() throws IOException {
        List<Path> segments = files(".log");
        return segments.get(segments.size() - 1);
    }

    private TreeMap<String, List<Byte>> contents() throws IOException {
        var contents = new TreeMap<String, List<Byte>>();
        for (Path file : files("")) {
            List<Byte> bytes = new ArrayList<>();
            for (byte one : Files.readAllBytes(file)) {
                bytes.add(one);
            }
            contents.put(file.getFileName() + " of " + Files.getLastModifiedTime(file), bytes);
        }
        return contents;
    }

    private List<Long> read(String stream) throws IOException {
        List<Long> found = new ArrayList<>();
        try (StoppedLog log = StoppedLog.open(folder)) {
            assertThat(log.streams()).containsExactly("a", "b");
            log.read(stream, (first, last, payload) -> found.add(first));
        }
        return found;
    }

    private static List<Long> numbers(long first) {
        return LongStream.rangeClosed(first, EVENTS).boxed().toList();
    }

    @Test
    void whatAStartWouldFindIsReadAndNothingIsTidiedUp() throws IOException {
        TreeMap<String, List<Byte>> before = contents();
        assertThat(files(".idx")).isEmpty();
        assertThat(files(".log")).hasSizeGreaterThan(3);
        assertThat(read("a")).isEqualTo(numbers(1));
        assertThat(read("b")).as("without what is deleted").isEqualTo(numbers(8));
        assertThat(contents()).isEqualTo(before);

        Files.delete(folder.resolve("LOCK"));
        try (SegmentedLog started = SegmentedLog.open(new DiskFiles(folder), SMALL)) {
            assertThat(LogTests.read(started, "a")).hasSize((int) EVENTS);
        }
        assertThat(files(".idx")).as("what a start has written").isNotEmpty();
        assertThat(read("b")).isEqualTo(numbers(8));
    }

    @Test
    void aRecordThatIsDamagedIsRefusedWithItsFileAndOffset() throws IOException {
        Path first = files(".log").get(0);
        byte[] bytes = Files.readAllBytes(first);
        bytes[1000] ^= 1;
        Files.write(first, bytes);
        assertThatThrownBy(() -> read("a")).isInstanceOfSatisfying(DamagedLogException.class, e -> assertThat(e.file())
                .isEqualTo(first.toString()));
    }

    @Test
    void aDirectoryWithoutALogIsRefusedAndStaysEmpty() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> StoppedLog.open(empty).close()).hasMessageContaining("does not exist");
        assertThat(empty).isEmptyDirectory();
    }
}
