package io.troupe.persistence.log;

import static io.troupe.persistence.log.LogTests.SMALL;
import static io.troupe.persistence.log.LogTests.event;
import static io.troupe.persistence.log.LogTests.read;
import static io.troupe.persistence.log.LogTests.reopened;
import static io.troupe.persistence.log.LogTests.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.persistence.files.MemoryDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the writer does when the disk is full or fails: the write fails, what was there stays, and it goes on later. */
class FailingDiskTest {

    private final MemoryDisk disk = new MemoryDisk();
    private final Set<String> committed = new HashSet<>();
    private SegmentedLog log;
    private GroupCommit writer;

    @BeforeEach
    void start() throws IOException {
        log = SegmentedLog.open(disk, SMALL);
        writer = writer(log, committed::addAll);
        for (long nr = 1; nr <= 5; nr++) {
            write(nr).join();
        }
    }

    @AfterEach
    void stop() throws IOException {
        writer.close();
        log.close();
    }

    private CompletableFuture<Void> write(long nr) {
        return writer.write(List.of(event("a", nr))).toCompletableFuture();
    }

    private static List<String> upTo(long highest) {
        return LongStream.rangeClosed(1, highest).mapToObj(nr -> nr + ".." + nr).toList();
    }

    @Test
    void aWriteThatTheDiskHasNoRoomForFailsAndTheLogStaysReadableAndGoesOnWhenThereIsRoom() throws IOException {
        for (int room = 0; room < event("a", 6).size(); room += 7) {
            disk.full(disk.used() + room);
            assertThatThrownBy(() -> write(6).join()).hasRootCauseMessage("No space left on device");
            assertThat(log.highest("a")).isEqualTo(5);
            assertThat(read(log, "a")).isEqualTo(upTo(5));
            assertThat(reopened(disk.copy(), SMALL)).containsEntry("a up to 5", upTo(5));
        }
        disk.full(Long.MAX_VALUE);
        write(6).join();
        assertThat(read(log, "a")).isEqualTo(upTo(6));
        assertThat(reopened(disk.copy(), SMALL)).containsEntry("a up to 6", upTo(6));
    }

    @Test
    void aDiskThatIsFullWhenASegmentIsBegunFailsTheWriteOnly() throws IOException {
        long nr = 5;
        while (log.hasRoomFor(event("a", nr + 1).size())) {
            write(++nr).join();
        }
        disk.full(disk.used());
        long next = nr + 1;
        assertThatThrownBy(() -> write(next).join()).hasRootCauseMessage("No space left on device");
        assertThat(read(log, "a")).isEqualTo(upTo(nr));
        disk.full(Long.MAX_VALUE);
        write(next).join();
        assertThat(log.segments()).isEqualTo(2);
        assertThat(reopened(disk.copy(), SMALL)).containsEntry("a up to " + next, upTo(next));
    }

    @Test
    void afterAFailedSyncNothingMoreIsAppendedToThatSegment() throws IOException {
        disk.forceFails(true);
        assertThatThrownBy(() -> write(6).join()).hasRootCauseMessage("Input/output error");
        assertThatThrownBy(() -> write(6).join()).hasRootCauseMessage("Input/output error");
        assertThat(read(log, "a")).isEqualTo(upTo(5));
        assertThat(log.segments()).isEqualTo(1);

        disk.forceFails(false);
        write(6).join();
        assertThat(log.segments()).isEqualTo(2);
        assertThat(read(log, "a")).isEqualTo(upTo(6));
        assertThat(reopened(disk.copy(), SMALL)).containsEntry("a up to 6", upTo(6));
    }

    @Test
    void whenAPartialWriteCannotBeCutBackTheSegmentIsSealedBeforeIt() throws IOException {
        disk.truncateFails(true);
        disk.full(disk.used() + 10);
        assertThatThrownBy(() -> write(6).join()).hasRootCauseMessage("No space left on device");
        disk.full(Long.MAX_VALUE);
        write(6).join();
        disk.truncateFails(false);
        assertThat(log.segments()).isEqualTo(2);
        assertThat(reopened(disk.copy(), SMALL)).containsEntry("a up to 6", upTo(6));
    }

    @Test
    void aWriteOfSeveralRecordsIsDurableWithOneSyncAndListenersHearOfItAfterwards() {
        int before = disk.forces();
        writer.write(List.of(event("b", 1), event("c", 1), event("c", 2)))
                .toCompletableFuture()
                .join();
        assertThat(disk.forces() - before).isEqualTo(1);
        assertThat(committed).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatWaitsWhileASyncIsUnderWayIsCommittedTogether() throws IOException {
        CountDownLatch hold = new CountDownLatch(1);
        MemoryDisk other = new MemoryDisk();
        try (SegmentedLog held = SegmentedLog.open(other, SMALL);
                GroupCommit holding = writer(held, streams -> awaitUninterruptibly(hold))) {
            List<CompletionStage<Void>> writes = new ArrayList<>();
            writes.add(holding.write(List.of(event("a", 1))));
            for (long nr = 1; nr <= 20; nr++) {
                writes.add(holding.write(List.of(event("b", nr))));
            }
            hold.countDown();
            writes.forEach(write -> write.toCompletableFuture().join());
            assertThat(holding.counters().records()).isEqualTo(21);
            assertThat(holding.counters().syncs()).isLessThanOrEqualTo(3);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnceAndNothingOfItWritten() throws IOException {
        LogSettings tiny = new LogSettings(4096, 4096, 4096, 4096, 0, true, 0.5);
        try (SegmentedLog bounded = SegmentedLog.open(new MemoryDisk(), tiny);
                GroupCommit narrow = writer(bounded)) {
            LogRecord large = LogRecord.events("a", 1, 1, new byte[5000]);
            assertThatThrownBy(() ->
                            narrow.write(List.of(large)).toCompletableFuture().join())
                    .hasCauseInstanceOf(LogOverloadedException.class)
                    .hasMessageContaining("queue-size-max");
            assertThat(bounded.highest("a")).isZero();
        }
    }

    @Test
    void afterCloseWritesFail() {
        writer.close();
        assertThatThrownBy(() -> write(6).join()).hasRootCauseMessage("The log is closed");
    }
}
