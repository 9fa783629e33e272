package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/** Reads one stream's events in the order of the log, with memory for one record and a read-ahead window. */
final class LogReader {

    private final LogFiles files;
    private final LogIndex index;

    LogReader(LogFiles files, LogIndex index) {
        this.files = files;
        this.index = index;
    }

    /** Shows {@code visitor} every record that has events from {@code from} to {@code to} that are not deleted. */
    void read(String stream, long from, long to, SegmentedLog.Visitor visitor) throws IOException {
        StreamIndex streamIndex = index.find(stream);
        if (streamIndex == null) {
            return;
        }
        long lowest = Math.max(from, streamIndex.deletedTo() + 1);
        List<Run> runs = retained(streamIndex, lowest, to);
        int done = 0;
        try {
            for (Run run : runs) {
                boolean goOn = read(run, stream, lowest, to, visitor);
                run.segment().release();
                done++;
                if (!goOn) {
                    return;
                }
            }
        } finally {
            for (Run run : runs.subList(done, runs.size())) {
                run.segment().release();
            }
        }
    }

    /** The runs to read, with their segments kept open: compaction may replace them meanwhile. */
    private static List<Run> retained(StreamIndex stream, long from, long to) throws IOException {
        while (true) {
            List<Run> retained = new ArrayList<>();
            boolean all = true;
            for (Run run : stream.runs(from, to)) {
                if (!run.segment().retain()) {
                    all = false;
                    break;
                }
                retained.add(run);
            }
            if (all) {
                return retained;
            }
            for (Run run : retained) {
                run.segment().release();
            }
        }
    }

    private boolean read(Run run, String stream, long from, long to, SegmentedLog.Visitor visitor) throws IOException {
        Places places = places(run, stream);
        RecordReader reader = new RecordReader(run.segment());
        for (int i = 0; i < places.count(); i++) {
            if (places.last(i) >= from && places.first(i) <= to) {
                ByteBuffer payload = reader.payload(places.offset(i));
                if (!visitor.visit(places.first(i), places.last(i), payload)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Places places(Run run, String stream) throws IOException {
        Run.Location location = run.location();
        long[] inMemory = location.inMemory();
        if (inMemory != null) {
            return new Places(inMemory);
        }
        var slice = SegmentSummary.slice(files, run.segment().id(), location);
        if (slice.isPresent()) {
            return slice.get();
        }
        return scanned(run, stream);
    }

    /** The places of a run from the segment itself, when its summary is gone or damaged. */
    private static Places scanned(Run run, String stream) throws IOException {
        SegmentSummary.Part part = SegmentSummary.scan(run.segment()).parts().get(stream);
        LongStream.Builder packed = LongStream.builder();
        for (Run scanned : part == null ? List.<Run>of() : part.runs) {
            Places places = new Places(Objects.requireNonNull(scanned.location().inMemory()));
            for (int i = 0; i < places.count(); i++) {
                if (places.first(i) >= run.first() && places.last(i) <= run.last()) {
                    packed.add(places.packed()[i * 2]).add(places.first(i));
                }
            }
        }
        return new Places(packed.build().toArray());
    }
}
