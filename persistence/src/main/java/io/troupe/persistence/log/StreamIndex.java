package io.troupe.persistence.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the log knows of one stream: its highest sequence number, what is deleted, and in which segments it lies. */
final class StreamIndex {

    private final String name;
    private long highest;
    private long deletedTo;
    private @Nullable Segment tombstoneIn;
    private int tombstoneBytes;
    private final ArrayList<Run> runs = new ArrayList<>(2);

    StreamIndex(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    synchronized long highest() {
        return highest;
    }

    synchronized long deletedTo() {
        return deletedTo;
    }

    synchronized void events(Segment segment, long offset, int size, long first, long last) {
        Run run = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (run == null || run.segment() != segment || run.isFull()) {
            run = new Run(segment);
            runs.add(run);
        }
        run.add(offset, size, first, last);
        highest = Math.max(highest, last);
    }

    synchronized void deletion(Segment segment, int size, long upTo, long highestThen) {
        highest = Math.max(highest, highestThen);
        deletedTo = Math.max(deletedTo, upTo);
        tombstoneIn = segment;
        tombstoneBytes = size;
        dropDeletedRuns();
    }

    /** Adds what a segment's summary says; segments come in the order of the log. */
    synchronized void summarized(Run run) {
        runs.add(run);
        highest = Math.max(highest, run.last());
    }

    /** Deleted runs are forgotten: a replay never reads them. */
    private void dropDeletedRuns() {
        for (int i = runs.size() - 1; i >= 0; i--) {
            if (runs.get(i).last() <= deletedTo) {
                runs.remove(i);
            }
        }
    }

    /** The runs that have events of the range, in the order of the log. */
    synchronized List<Run> runs(long from, long to) {
        List<Run> found = new ArrayList<>();
        for (Run run : runs) {
            if (run.last() >= from && run.first() <= to) {
                found.add(run);
            }
        }
        return found;
    }

    /** Adds to {@code summary} what the segment holds of this stream, if anything. */
    synchronized void summarize(Segment segment, SegmentSummary summary) {
        for (Run run : runs) {
            if (run.segment() == segment) {
                summary.put(name, run);
            }
        }
        if (tombstoneIn == segment) {
            summary.put(name, deletedTo, highest, tombstoneBytes);
        }
    }

    synchronized Optional<LogRecord> tombstoneIn(List<Segment> segments) {
        return tombstoneIn != null && segments.contains(tombstoneIn)
                ? Optional.of(LogRecord.deletion(name, deletedTo, highest))
                : Optional.empty();
    }

    /** Replaces what lay in the {@code old} segments by what of it was copied to a new one. */
    synchronized void replaced(List<Segment> old, List<Run> copied, @Nullable Segment tombstoneNow) {
        int at = 0;
        while (at < runs.size() && !old.contains(runs.get(at).segment())) {
            at++;
        }
        runs.removeIf(run -> old.contains(run.segment()));
        runs.addAll(at, copied);
        dropDeletedRuns();
        if (tombstoneNow != null && tombstoneIn != null && old.contains(tombstoneIn)) {
            tombstoneIn = tombstoneNow;
        }
    }

    /** Adds to {@code live} how many bytes of each segment this stream still needs. */
    synchronized void countLive(Map<Segment, Long> live) {
        for (Run run : runs) {
            live.merge(run.segment(), run.liveBytes(deletedTo), Long::sum);
        }
        if (tombstoneIn != null) {
            live.merge(tombstoneIn, (long) tombstoneBytes, Long::sum);
        }
    }
}
