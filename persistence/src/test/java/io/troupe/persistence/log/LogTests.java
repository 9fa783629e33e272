package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Words for the log's tests. */
final class LogTests {

    static final LogSettings SMALL = LogSettings.DEFAULT.withSegmentBytes(4096);

    private LogTests() {}

    /** A writer on a thread of its own, which ends when it has nothing to do. */
    static GroupCommit writer(SegmentedLog log) {
        return writer(log, streams -> {});
    }

    static GroupCommit writer(SegmentedLog log, Consumer<List<String>> committed) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        thread.allowCoreThreadTimeOut(true);
        return new GroupCommit(log, thread, Runnable::run, Runnable::run, committed, GroupCommit.Upkeeping.NONE);
    }

    static LogRecord event(String stream, long nr) {
        return events(stream, nr, nr);
    }

    static LogRecord events(String stream, long first, long last) {
        byte[] payload = (stream + " " + first + ".." + last + " ").repeat(4).getBytes(StandardCharsets.UTF_8);
        return LogRecord.events(stream, first, last, payload);
    }

    /** Appends as the group commit does: rolls over when the batch does not fit. */
    static void append(SegmentedLog log, LogRecord... batch) throws IOException {
        long bytes = 0;
        for (LogRecord record : batch) {
            bytes += record.size();
        }
        if (!log.hasRoomFor(bytes)) {
            log.roll();
        }
        Batch records = new Batch(log.settings().batchBytesMax());
        records.begin(log.endPosition(), log.endPosition());
        List.of(batch).forEach(records::add);
        log.append(records);
        log.publish();
    }

    /** What a stream's records say, as {@code first..last}; fails when one holds another payload than was written. */
    static List<String> read(SegmentedLog log, String stream) throws IOException {
        return read(log, stream, 1, Long.MAX_VALUE);
    }

    static List<String> read(SegmentedLog log, String stream, long from, long to) throws IOException {
        List<String> found = new ArrayList<>();
        log.read(stream, from, to, (first, last, payload) -> {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            String expected = new String(events(stream, first, last).payload(), StandardCharsets.UTF_8);
            if (!new String(bytes, StandardCharsets.UTF_8).equals(expected)) {
                throw new AssertionError(first + ".." + last + " of " + stream + " is not as it was written");
            }
            found.add(first + ".." + last);
            return true;
        });
        return found;
    }

    /** Everything a log holds, by stream. */
    static TreeMap<String, List<String>> all(SegmentedLog log) throws IOException {
        TreeMap<String, List<String>> all = new TreeMap<>();
        for (String stream : log.streams(0, Integer.MAX_VALUE)) {
            all.put(stream + " up to " + log.highest(stream), read(log, stream));
        }
        return all;
    }

    static TreeMap<String, List<String>> reopened(LogFiles files, LogSettings settings) throws IOException {
        try (SegmentedLog log = SegmentedLog.open(files, settings)) {
            return all(log);
        }
    }
}
