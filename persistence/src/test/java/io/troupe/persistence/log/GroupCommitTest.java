package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.MemoryDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of several threads at once, each of which writes again as soon as it is answered. */
@Timeout(600)
class GroupCommitTest {

    private static final int THREADS = 4;
    private static final int REQUESTS = 5_000;

    @Test
    void everyRequestIsWrittenOnceAndAnsweredOnceHoweverItMeetsTheWriter() throws Exception {
        LogSettings settings = LogSettings.DEFAULT.withSegmentBytes(64 << 10);
        try (SegmentedLog log = SegmentedLog.open(new MemoryDisk(), settings)) {
            AtomicInteger answers = new AtomicInteger();
            AtomicInteger failures = new AtomicInteger();
            GroupCommit writer = LogTests.writer(log);
            List<Thread> threads = IntStream.range(0, THREADS)
                    .mapToObj(number -> new Thread(() -> write(writer, "stream" + number, answers, failures)))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            writer.close();

            assertThat(failures).hasValue(0);
            assertThat(answers).as("answers").hasValue(THREADS * REQUESTS);
            for (int number = 0; number < THREADS; number++) {
                assertThat(numbers(log, "stream" + number))
                        .as("events of stream %d", number)
                        .containsExactlyElementsOf(
                                IntStream.rangeClosed(1, REQUESTS).boxed().toList());
            }
        }
    }

    /** Answers of two commits may be given by two threads at once. */
    @Test
    void whoHasWaitedForTheWritesBeforeSeesThemWhicheverAnswerIsGivenFirst() throws IOException {
        try (SegmentedLog log = SegmentedLog.open(new MemoryDisk(), LogTests.SMALL)) {
            List<Runnable> answers = new ArrayList<>();
            GroupCommit writer = new GroupCommit(
                    log, Runnable::run, Runnable::run, answers::add, streams -> {}, GroupCommit.Upkeeping.NONE);
            writer.write(List.of(LogTests.event("a", 1)));
            List<Long> seen = new ArrayList<>();
            writer.barrier().thenRun(() -> seen.add(log.highest("a")));

            assertThat(answers).hasSize(2);
            answers.get(1).run();
            assertThat(seen).containsExactly(1L);
            answers.get(0).run();
            writer.close();
        }
    }

    private static void write(GroupCommit writer, String stream, AtomicInteger answers, AtomicInteger failures) {
        Semaphore answered = new Semaphore(0);
        try {
            for (int nr = 1; nr <= REQUESTS; nr++) {
                writer.write(List.of(LogRecord.events(stream, nr, nr, new byte[8])), failure -> {
                    answers.incrementAndGet();
                    failures.addAndGet(failure == null ? 0 : 1);
                    answered.release();
                });
                if (!answered.tryAcquire(60, TimeUnit.SECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Integer> numbers(SegmentedLog log, String stream) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        log.read(stream, 1, Long.MAX_VALUE, (first, last, payload) -> numbers.add((int) first));
        return numbers;
    }
}
