package io.troupe.persistence.log;

import static io.troupe.persistence.log.LogTests.SMALL;
import static io.troupe.persistence.log.LogTests.all;
import static io.troupe.persistence.log.LogTests.event;
import static io.troupe.persistence.log.LogTests.events;
import static io.troupe.persistence.log.LogTests.read;
import static io.troupe.persistence.log.LogTests.reopened;
import static io.troupe.persistence.log.LogTests.writer;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.MemoryDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Space comes back when events are deleted, and nothing else changes. */
class CompactionTest {

    private final MemoryDisk disk = new MemoryDisk();
    private SegmentedLog log;
    private GroupCommit writer;

    @BeforeEach
    void open() throws IOException {
        log = SegmentedLog.open(disk, SMALL);
        writer = writer(log);
    }

    @AfterEach
    void close() throws IOException {
        writer.close();
        log.close();
    }

    private void write(LogRecord... records) {
        writer.write(List.of(records)).toCompletableFuture().join();
    }

    private void delete(String stream, long upTo) {
        writer.delete(stream, upTo).toCompletableFuture().join();
    }

    private static List<String> range(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(nr -> nr + ".." + nr)
                .toList();
    }

    @Test
    void segmentsWhoseEventsAreAllDeletedAreDropped() throws IOException {
        LongStream.rangeClosed(1, 500).forEach(nr -> write(event("busy", nr)));
        long before = log.size();
        delete("busy", 490);
        log.compact();

        assertThat(log.size()).isLessThan(before / 5);
        assertThat(read(log, "busy")).isEqualTo(range(491, 500));
        assertThat(disk.list().stream().filter(name -> name.endsWith(".log"))).hasSize(log.segments());
        assertThat(reopened(disk.copy(), SMALL)).containsEntry("busy up to 500", range(491, 500));
    }

    @Test
    void anIdleStreamPinsItsOwnEventsOnly() throws IOException {
        for (long nr = 1; nr <= 500; nr++) {
            write(event("busy", nr));
            if (nr % 50 == 1) {
                write(event("idle", 1 + nr / 50));
            }
        }
        delete("busy", 500);
        log.compact();

        assertThat(log.size()).isLessThan(3 * 4096);
        assertThat(log.segments()).isLessThanOrEqualTo(3);
        assertThat(read(log, "idle")).isEqualTo(range(1, 10));
        assertThat(reopened(disk.copy(), SMALL))
                .containsEntry("idle up to 10", range(1, 10))
                .containsEntry("busy up to 500", List.of());
    }

    @Test
    void theHighestSequenceNumberSurvivesDeletionOfEverythingCompactionAndRestart() throws IOException {
        LongStream.rangeClosed(1, 200).forEach(nr -> write(event("a", nr)));
        delete("a", Long.MAX_VALUE);
        LongStream.rangeClosed(1, 200).forEach(nr -> write(event("b", nr)));
        delete("b", Long.MAX_VALUE);
        LongStream.rangeClosed(1, 100).forEach(nr -> write(event("c", nr)));
        log.compact();

        assertThat(log.highest("a")).isEqualTo(200);
        assertThat(reopened(disk.copy(), SMALL))
                .containsEntry("a up to 200", List.of())
                .containsEntry("b up to 200", List.of())
                .containsEntry("c up to 100", range(1, 100));
        write(event("a", 201));
        assertThat(read(log, "a")).isEqualTo(range(201, 201));
    }

    @Test
    void aWriteOfManyEventsThatIsDeletedInPartStaysWholeAndIsNotRewrittenForEver() throws IOException {
        write(events("a", 1, 100));
        LongStream.rangeClosed(101, 200).forEach(nr -> write(event("a", nr)));
        delete("a", 99);
        LongStream.rangeClosed(1, 100).forEach(nr -> write(event("b", nr)));
        log.compact();
        TreeMap<String, List<String>> after = all(log);
        List<String> files = disk.list();
        log.compact();
        assertThat(disk.list()).isEqualTo(files);
        assertThat(after.get("a up to 200")).startsWith("1..100", "101..101");
    }

    @Test
    void aReplayThatIsUnderWayReadsOnWhileItsSegmentsAreReplaced() throws IOException {
        LongStream.rangeClosed(1, 300).forEach(nr -> write(event("a", nr), event("b", nr)));
        List<Long> replayed = new ArrayList<>();
        log.read("a", 1, Long.MAX_VALUE, (first, last, payload) -> {
            if (first == 10) {
                delete("b", 300);
                log.compact();
            }
            replayed.add(first);
            return true;
        });
        assertThat(replayed).isEqualTo(LongStream.rangeClosed(1, 300).boxed().toList());
        assertThat(read(log, "a")).isEqualTo(range(1, 300));
    }

    @Test
    void whateverIsWrittenDeletedCompactedAndCrashedALogHoldsWhatItShould() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            MemoryDisk memory = new MemoryDisk();
            long[] highest = new long[3];
            long[] deleted = new long[3];
            for (int life = 0; life < 4; life++) {
                SegmentedLog living = SegmentedLog.open(memory, SMALL);
                try (GroupCommit commit = writer(living)) {
                    for (int step = 0; step < 60; step++) {
                        int stream = random.nextInt(3);
                        switch (random.nextInt(10)) {
                            case 0 -> {
                                deleted[stream] = Math.max(deleted[stream], highest[stream] - random.nextInt(5));
                                commit.delete("s" + stream, deleted[stream])
                                        .toCompletableFuture()
                                        .join();
                            }
                            case 1 -> living.compact();
                            case 2 -> living.summarizeSealed();
                            default ->
                                commit.write(List.of(event("s" + stream, ++highest[stream])))
                                        .toCompletableFuture()
                                        .join();
                        }
                    }
                }
                check(living, highest, deleted, seed);
                if (random.nextBoolean()) {
                    living.close();
                }
                memory = memory.crash(random);
            }
            SegmentedLog last = SegmentedLog.open(memory, SMALL);
            check(last, highest, deleted, seed);
        }
    }

    private static void check(SegmentedLog living, long[] highest, long[] deleted, int seed) throws IOException {
        for (int stream = 0; stream < 3; stream++) {
            assertThat(living.highest("s" + stream)).as("seed %d", seed).isEqualTo(highest[stream]);
            assertThat(read(living, "s" + stream))
                    .as("seed %d stream %d", seed, stream)
                    .isEqualTo(range(deleted[stream] + 1, highest[stream]));
        }
    }
}
