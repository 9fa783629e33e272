package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives back the space of deleted events: drops segments of which nothing is needed, and rewrites neighbours that are
 * mostly deleted into one segment that takes their place in the order of the log, so that one idle stream pins no more
 * than its own events. The manifest switches from the old segments to the new one in one step; writers never wait.
 */
final class Compaction {

    private static final int COPY_BYTES = 1 << 20;

    /** Neighbours are joined when there are this many that fit into one segment, however little that saves. */
    private static final int SMALL_NEIGHBOURS = 4;

    private final LogFiles files;
    private final UUID log;
    private final LogSettings settings;
    private final LogIndex index;

    Compaction(LogFiles files, UUID log, LogSettings settings, LogIndex index) {
        this.files = files;
        this.log = log;
        this.settings = settings;
        this.index = index;
    }

    /** The first neighbours among {@code segments}, in the order of the log, that are worth rewriting. */
    Optional<List<Segment>> candidates(List<Segment> segments) {
        Map<Segment, Long> live = index.liveBytes();
        for (int from = 0; from < segments.size(); from++) {
            long liveBytes = 0;
            long bytes = 0;
            int to = from;
            while (to < segments.size()) {
                long more = live.getOrDefault(segments.get(to), 0L);
                if (to > from && liveBytes + more > settings.segmentBytes() - SegmentHeader.BYTES) {
                    break;
                }
                liveBytes += more;
                bytes += segments.get(to).end();
                to++;
            }
            boolean mostlyDeleted = liveBytes <= settings.compactionLiveRatio() * bytes
                    && (to - from > 1 || isWorthAnother(segments.get(from), liveBytes));
            boolean manySmall = to - from >= SMALL_NEIGHBOURS;
            if (mostlyDeleted || manySmall) {
                return Optional.of(List.copyOf(segments.subList(from, to)));
            }
        }
        return Optional.empty();
    }

    /** The estimate may be low for good (a write of many events, some deleted, stays whole): only less says anything. */
    private boolean isWorthAnother(Segment segment, long live) {
        return live == 0 || live <= settings.compactionLiveRatio() * segment.liveWhenRewritten();
    }

    /** What is left of the old segments, durable in a file that no manifest names yet. */
    record Rewritten(List<Segment> old, Optional<Segment> segment, SegmentSummary summary) {}

    /** Copies what is still needed of {@code old}. */
    Rewritten rewrite(List<Segment> old) throws IOException {
        SegmentId id = old.get(0).id().rewritten();
        files.delete(id.fileName());
        Segment copy = LogRecovery.create(files, log, id);
        boolean whole = false;
        try {
            copy(old, copy);
            copy.file().force();
            SegmentSummary summary = SegmentSummary.scan(copy);
            if (summary.parts().isEmpty()) {
                return new Rewritten(old, Optional.empty(), summary);
            }
            summary.write(files, log);
            copy.summarized();
            whole = true;
            return new Rewritten(old, Optional.of(copy), summary);
        } finally {
            if (!whole) {
                copy.release();
                files.delete(id.fileName());
            }
        }
    }

    private void copy(List<Segment> old, Segment copy) throws IOException {
        List<LogRecord> batch = new ArrayList<>(index.tombstonesIn(old));
        long bytes = 0;
        for (Segment segment : old) {
            SegmentScanner scanner =
                    new SegmentScanner(segment.file(), segment.id().base(), SegmentHeader.BYTES, segment.end());
            while (scanner.next()) {
                if (scanner.type() == RecordType.EVENTS && scanner.last() > index.deletedTo(scanner.stream())) {
                    batch.add(scanner.record());
                    bytes += scanner.size();
                }
                if (bytes >= COPY_BYTES) {
                    append(batch, copy);
                    batch.clear();
                    bytes = 0;
                }
            }
            if (scanner.offset() != segment.end()) {
                throw SegmentSummary.damaged(segment, scanner.offset());
            }
        }
        append(batch, copy);
    }

    private static void append(List<LogRecord> records, Segment copy) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(records.stream().mapToInt(LogRecord::size).sum());
        for (LogRecord record : records) {
            RecordFormat.encode(
                    record, copy.endPosition() + bytes.position(), copy.id().base(), bytes);
        }
        bytes.flip();
        int length = bytes.limit();
        copy.file().write(copy.end(), bytes);
        copy.endAt(copy.end() + length);
    }

    /** Makes the index point into the new segment, once the manifest names it. */
    void switchIndex(Rewritten rewritten) {
        index.forEach(stream -> {
            SegmentSummary.Part part = rewritten.summary().parts().get(stream.name());
            stream.replaced(
                    rewritten.old(),
                    part == null ? List.of() : part.runs,
                    part != null && part.deletes ? rewritten.segment().orElse(null) : null);
        });
        rewritten
                .segment()
                .ifPresent(copy -> copy.rewrittenWith(index.liveBytes().getOrDefault(copy, 0L)));
    }

    /** Deletes the files of the old segments; replays that read them keep them open until they are through. */
    void retire(Rewritten rewritten) throws IOException {
        for (Segment segment : rewritten.old()) {
            files.delete(segment.id().fileName());
            files.delete(segment.id().summaryName());
            segment.release();
        }
    }
}
