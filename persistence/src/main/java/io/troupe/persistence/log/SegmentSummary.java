package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index checkpoint of one segment, beside it in an {@code .idx} file: which streams have records in it, from which
 * to which sequence number, and, in a slice a stream, where. With it a start reads no events of sealed segments. It can
 * be made again from the segment, so that a missing or damaged one is no loss.
 *
 * <p>Layout: magic (8), bytes of the directory (4), CRC32C of the directory (4); the directory: id of the log (16), base
 * (8), generation (4), end (8), number of streams (4), and for each: name (2 + n), number of runs (4), for each run
 * records (4), first (8), last (8), bytes (8), offset of its slice (8), CRC32C of its slice (4), then whether there is a
 * deletion (1) and of the newest: deleted to (8), highest (8), bytes (4). Then the slices: two longs a record, see {@link Places}.
 */
final class SegmentSummary {

    private static final long MAGIC = 0x54524F5550454944L; // "TROUPEID"
    private static final int PREFIX_BYTES = 16;
    private static final int DIRECTORY_HEAD_BYTES = 40;
    private static final int RUN_BYTES = 40;

    /** What a segment holds of one stream. */
    static final class Part {
        final List<Run> runs = new ArrayList<>(1);

        boolean deletes;
        long deletedTo;
        long highest;
        int deletionBytes;
    }

    private final Segment segment;
    private final Map<String, Part> parts = new LinkedHashMap<>();

    SegmentSummary(Segment segment) {
        this.segment = segment;
    }

    Map<String, Part> parts() {
        return parts;
    }

    void put(String stream, Run run) {
        parts.computeIfAbsent(stream, name -> new Part()).runs.add(run);
    }

    void put(String stream, long deletedTo, long highest, int bytes) {
        Part part = parts.computeIfAbsent(stream, name -> new Part());
        part.deletes = true;
        part.deletedTo = deletedTo;
        part.highest = highest;
        part.deletionBytes = bytes;
    }

    /** Counts all records that the scanner still finds; they come in the order in which they lie there. */
    void addAll(SegmentScanner scanner) throws IOException {
        while (scanner.next()) {
            add(scanner.offset(), scanner.size(), scanner.type(), scanner.stream(), scanner.first(), scanner.last());
        }
    }

    private void add(long offset, int size, RecordType type, String stream, long first, long last) {
        Part part = parts.computeIfAbsent(stream, name -> new Part());
        switch (type) {
            case EVENTS -> {
                Run run = part.runs.isEmpty() ? null : part.runs.get(part.runs.size() - 1);
                if (run == null || run.isFull()) {
                    run = new Run(segment);
                    part.runs.add(run);
                }
                run.add(offset, size, first, last);
            }
            case DELETION -> put(stream, Math.max(part.deletedTo, first), Math.max(part.highest, last), size);
        }
    }

    /** Reads the segment up to its end; where it is damaged the log must not be opened. */
    static SegmentSummary scan(Segment segment) throws IOException {
        SegmentSummary summary = new SegmentSummary(segment);
        SegmentScanner scanner =
                new SegmentScanner(segment.file(), segment.id().base(), SegmentHeader.BYTES, segment.end());
        summary.addAll(scanner);
        if (scanner.offset() != segment.end()) {
            throw damaged(segment, scanner.offset());
        }
        return summary;
    }

    static DamagedLogException damaged(Segment segment, long offset) {
        return new DamagedLogException(
                segment.where(),
                offset,
                "no valid record begins there, but acknowledged records were written up to offset " + segment.end(),
                "Put this file back from a backup. Without one, the events in it from that offset on are lost: move"
                        + " the whole directory away to start with an empty log.");
    }

    /** Hands the parts to the index; segments come in the order of the log. */
    void addTo(LogIndex index) {
        parts.forEach((name, part) -> {
            StreamIndex stream = index.stream(name);
            part.runs.forEach(stream::summarized);
            if (part.deletes) {
                stream.deletion(segment, part.deletionBytes, part.deletedTo, part.highest);
            }
        });
    }

    /** Where a run's places were written. */
    private record Slice(Run run, long[] places, long offset, int crc) {}

    /** Writes the file, then makes every run of it point there. */
    void write(LogFiles files, UUID log) throws IOException {
        List<Slice> slices = new ArrayList<>();
        ByteBuffer directory = directory(log, slices);
        String temporary = segment.id().summaryName() + ".tmp";
        files.delete(temporary);
        try (LogFile file = files.open(temporary)) {
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES)
                    .putLong(MAGIC)
                    .putInt(directory.limit())
                    .putInt(crc(directory));
            file.write(0, prefix.flip());
            long at = PREFIX_BYTES;
            at += writeAt(file, at, directory);
            for (Slice slice : slices) {
                at += writeAt(file, at, bytes(slice.places()));
            }
            file.force();
        }
        files.rename(temporary, segment.id().summaryName());
        slices.forEach(slice -> slice.run().movedToSummary(slice.offset(), slice.crc()));
    }

    private static int writeAt(LogFile file, long at, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        file.write(at, bytes);
        return length;
    }

    /** The directory; collects the slices that follow it. */
    private ByteBuffer directory(UUID log, List<Slice> slices) throws IOException {
        long slice = PREFIX_BYTES + directoryBytes();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(log.getMostSignificantBits());
        out.writeLong(log.getLeastSignificantBits());
        out.writeLong(segment.id().base());
        out.writeInt(segment.id().generation());
        out.writeLong(segment.end());
        out.writeInt(parts.size());
        for (Map.Entry<String, Part> entry : parts.entrySet()) {
            byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
            out.writeShort(name.length);
            out.write(name);
            Part part = entry.getValue();
            out.writeInt(part.runs.size());
            for (Run run : part.runs) {
                long[] places = Objects.requireNonNull(run.location().inMemory(), "only an open run is written");
                int crc = crc(bytes(places));
                slices.add(new Slice(run, places, slice, crc));
                out.writeInt(run.count());
                out.writeLong(run.first());
                out.writeLong(run.last());
                out.writeLong(run.bytes());
                out.writeLong(slice);
                out.writeInt(crc);
                slice += places.length * 8L;
            }
            out.writeBoolean(part.deletes);
            if (part.deletes) {
                out.writeLong(part.deletedTo);
                out.writeLong(part.highest);
                out.writeInt(part.deletionBytes);
            }
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private int directoryBytes() {
        int bytes = DIRECTORY_HEAD_BYTES;
        for (Map.Entry<String, Part> entry : parts.entrySet()) {
            bytes += 2 + entry.getKey().getBytes(StandardCharsets.UTF_8).length + 4 + 1;
            bytes += entry.getValue().runs.size() * RUN_BYTES;
            bytes += entry.getValue().deletes ? 20 : 0;
        }
        return bytes;
    }

    /** The summary of {@code segment}, or nothing when there is no usable one. */
    static Optional<SegmentSummary> read(LogFiles files, UUID log, Segment segment) throws IOException {
        ByteBuffer directory = readDirectory(files, log, segment.id());
        return directory == null || directory.getLong() != segment.end()
                ? Optional.empty()
                : Optional.of(parse(segment, directory));
    }

    /** Up to which offset the summary of {@code segment} says that it was durable; 0 when there is no usable one. */
    static long recordedEnd(LogFiles files, UUID log, Segment segment) throws IOException {
        ByteBuffer directory = readDirectory(files, log, segment.id());
        return directory == null ? 0 : directory.getLong();
    }

    /** The directory from its field "end" on, or null when it is not that of segment {@code id}. */
    private static @Nullable ByteBuffer readDirectory(LogFiles files, UUID log, SegmentId id) throws IOException {
        if (!files.exists(id.summaryName())) {
            return null;
        }
        try (LogFile file = files.open(id.summaryName())) {
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES);
            file.read(0, prefix);
            prefix.flip();
            if (prefix.limit() < PREFIX_BYTES || prefix.getLong() != MAGIC) {
                return null;
            }
            int length = prefix.getInt();
            int crc = prefix.getInt();
            if (length < DIRECTORY_HEAD_BYTES || length > file.size()) {
                return null;
            }
            ByteBuffer directory = ByteBuffer.allocate(length);
            file.read(PREFIX_BYTES, directory);
            directory.flip();
            boolean isOfSegment = directory.limit() == length
                    && crc(directory) == crc
                    && directory.getLong() == log.getMostSignificantBits()
                    && directory.getLong() == log.getLeastSignificantBits()
                    && directory.getLong() == id.base()
                    && directory.getInt() == id.generation();
            return isOfSegment ? directory : null;
        }
    }

    private static SegmentSummary parse(Segment segment, ByteBuffer directory) {
        SegmentSummary summary = new SegmentSummary(segment);
        int streams = directory.getInt();
        for (int i = 0; i < streams; i++) {
            byte[] name = new byte[Short.toUnsignedInt(directory.getShort())];
            directory.get(name);
            Part part = new Part();
            summary.parts.put(new String(name, StandardCharsets.UTF_8), part);
            int runs = directory.getInt();
            for (int r = 0; r < runs; r++) {
                part.runs.add(new Run(
                        segment,
                        directory.getInt(),
                        directory.getLong(),
                        directory.getLong(),
                        directory.getLong(),
                        directory.getLong(),
                        directory.getInt()));
            }
            part.deletes = directory.get() != 0;
            if (part.deletes) {
                part.deletedTo = directory.getLong();
                part.highest = directory.getLong();
                part.deletionBytes = directory.getInt();
            }
        }
        return summary;
    }

    /** The places of a run from the file beside its segment; nothing when the file is missing or damaged. */
    static Optional<Places> slice(LogFiles files, SegmentId id, Run.Location location) throws IOException {
        int count = location.count();
        if (!files.exists(id.summaryName())) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * 16);
        try (LogFile file = files.open(id.summaryName())) {
            file.read(location.slice(), bytes);
        }
        bytes.flip();
        if (bytes.limit() < count * 16 || crc(bytes) != location.crc()) {
            return Optional.empty();
        }
        long[] packed = new long[count * 2];
        bytes.asLongBuffer().get(packed);
        return Optional.of(new Places(packed));
    }

    private static ByteBuffer bytes(long[] slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.length * 8);
        bytes.asLongBuffer().put(slice);
        return bytes;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
