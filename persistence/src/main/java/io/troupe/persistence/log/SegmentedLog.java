package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only log of many streams in segments of bounded size, in a directory that is locked while it is open.
 *
 * <p>One thread appends ({@link #hasRoomFor}, {@link #roll}, {@link #append}); any thread reads. Readers see a record
 * only when it is durable, and {@link #publish() published}: the next write need not wait for that. After a failed write the log is cut back to its last durable end; after a failed sync, or
 * when the cut fails, the segment is sealed there, checked, and a new one begun, before anything else is appended.
 */
public final class SegmentedLog implements Closeable {

    /** Sees records one by one; {@code payload} is valid during the call only. */
    @FunctionalInterface
    public interface Visitor {
        /** Returns whether to go on. */
        boolean visit(long first, long last, ByteBuffer payload) throws IOException;
    }

    static final String LOCK = "LOCK";

    /** A log that takes fewer bytes than this while it is open, or than a quarter segment, prepares no segment ahead. */
    private static final long BUSY_BYTES = 1 << 20;

    /** Where batches are longer on average, writing the zeros takes more of the disk than cheaper syncs give back. */
    private static final long PREPARED_BATCH_BYTES_MAX = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentedLog.class);

    private final LogFiles files;
    private final LogSettings settings;
    private final Closeable lock;
    private final UUID id;
    private final LogIndex index;
    private final LogReader reader;
    private final SpareSegment spare;
    private final EarlyWrites early;

    /** Guards the list of segments and the manifest; never held while events are written or synced. */
    private final Object structure = new Object();

    private final List<Segment> sealed;
    private volatile Segment active;
    private boolean suspect;
    private long batchesInActive;
    private long batchBytesInActive;

    /** Whether the last attempt to replace the manifest failed, so that either one may be found after a crash. */
    private volatile boolean manifestUncertain;

    private SegmentedLog(LogFiles files, LogSettings settings, Closeable lock, LogRecovery.Recovered recovered) {
        this.files = files;
        this.settings = settings;
        this.lock = lock;
        this.id = recovered.log();
        this.index = recovered.index();
        this.sealed = new ArrayList<>(recovered.sealed());
        this.active = recovered.active();
        this.reader = new LogReader(files, index);
        this.spare = new SpareSegment(files, settings.segmentBytes());
        this.early = new EarlyWrites(settings.segmentBytes());
    }

    /**
     * Opens the log in {@code files}, beginning an empty one when there is none.
     *
     * @throws io.troupe.persistence.files.DirectoryInUseException when it is open elsewhere
     * @throws DamagedLogException when acknowledged records cannot be read
     */
    public static SegmentedLog open(LogFiles files, LogSettings settings) throws IOException {
        Closeable lock = files.lock(LOCK);
        boolean opened = false;
        try {
            SegmentedLog log = new SegmentedLog(files, settings, lock, new LogRecovery(files, settings).recover());
            opened = true;
            return log;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** Whether {@code bytes} more fit in the active segment; one that is empty takes anything. */
    boolean hasRoomFor(long bytes) {
        Segment segment = active;
        if (segment.end() == SegmentHeader.BYTES) {
            return true;
        }
        boolean betterInSpare = spare.isReady() && !segment.isPreallocated() && isBusy(segment);
        return segment.end() + bytes <= settings.segmentBytes() && !betterInSpare;
    }

    private boolean isBusy(Segment segment) {
        return segment.end() >= Math.min(BUSY_BYTES, settings.segmentBytes() / 4);
    }

    /** Whether it is time to call {@link #prepareSegment()}; says so once. */
    boolean wantsSegmentPrepared() {
        Segment segment = active;
        boolean soonFull = segment.end() >= settings.segmentBytes() / 2;
        boolean soonNeeded = segment.isPreallocated() ? soonFull : isBusy(segment);
        boolean smallBatches = batchBytesInActive <= PREPARED_BATCH_BYTES_MAX * batchesInActive;
        return settings.preallocate() && soonNeeded && smallBatches && spare.want();
    }

    /** Writes the next segment full of zeros. For one thread at a time, not the writer's. */
    public void prepareSegment() throws IOException {
        spare.prepare();
    }

    /** Seals the active segment and begins a new one. */
    void roll() throws IOException {
        early.forget();
        settleManifest();
        Segment old = active;
        Segment begun = begin(new SegmentId(old.endPosition(), 0));
        boolean listed = false;
        try {
            synchronized (structure) {
                List<Segment> nowSealed = new ArrayList<>(sealed);
                nowSealed.add(old);
                replaceManifest(nowSealed, begun);
                sealed.add(old);
                active = begun;
                batchesInActive = 0;
                batchBytesInActive = 0;
                listed = true;
            }
        } finally {
            if (!listed) {
                begun.release();
            }
        }
    }

    private Segment begin(SegmentId next) throws IOException {
        files.delete(next.fileName());
        boolean preallocated = spare.take(next.fileName());
        Segment begun = LogRecovery.create(files, id, next);
        begun.preallocated(preallocated);
        return begun;
    }

    private void replaceManifest(List<Segment> sealedNow, Segment activeNow) throws IOException {
        manifestUncertain = true;
        manifest(sealedNow, activeNow).write(files);
        manifestUncertain = false;
    }

    /**
     * Makes the manifest say again what is true. Before that nothing may be appended (to a segment that the other
     * manifest takes for sealed) and no file touched that the other manifest may name.
     */
    private void settleManifest() throws IOException {
        if (manifestUncertain) {
            synchronized (structure) {
                replaceManifest(sealed, active);
            }
        }
    }

    private Manifest manifest(List<Segment> sealedNow, Segment activeNow) {
        List<Manifest.Sealed> listed = sealedNow.stream()
                .map(segment -> new Manifest.Sealed(segment.id(), segment.end()))
                .toList();
        return new Manifest(id, listed, activeNow.id());
    }

    /** Position behind the last durable record. */
    long endPosition() {
        return active.endPosition();
    }

    /**
     * Appends {@code batch} with one write and one sync; when it returns its records are durable, and readers see them
     * after the next {@link #publish()}.
     *
     * @throws IOException none of them is acknowledged, readers will not see them while this log is open, and whether
     *     some are found after a crash is not known
     */
    void append(Batch batch) throws IOException {
        early.close();
        settleManifest();
        if (suspect) {
            sealSuspect();
        }
        Segment segment = active;
        long start = segment.end();
        int bytes = batch.bytes();
        try {
            ByteBuffer left = batch.bytesAt(segment.endPosition());
            segment.file().write(start + left.position(), left);
        } catch (IOException e) {
            cutBack(segment, e);
            throw e;
        }
        try {
            early.open(segment, segment.endPosition() + bytes);
            segment.file().force();
        } catch (IOException e) {
            early.forget();
            suspect = true;
            throw e;
        }
        segment.endAt(start + bytes);
        batchesInActive++;
        batchBytesInActive += bytes;
        index.appended(segment, start, batch.records());
    }

    /** Writes a part of the next batch where it will belong if nothing fails, on any thread; false when it may not. */
    boolean writeEarly(Batch.Part part) throws IOException {
        return early.write(part);
    }

    /** Shows readers what was appended before this call; on any thread. */
    void publish() {
        index.publish();
    }

    private void cutBack(Segment segment, IOException cause) {
        early.forget();
        try {
            segment.file().truncate(segment.end());
            segment.preallocated(false);
        } catch (IOException e) {
            cause.addSuppressed(e);
            suspect = true;
        }
    }

    /**
     * After a failed sync the system may have dropped what it could not write and call the file clean: what lies behind
     * the last good sync is never trusted again, and this file not appended to.
     */
    private void sealSuspect() throws IOException {
        Segment segment = active;
        LOG.warn(
                "Sealing {} at {} bytes after a failed sync and beginning a new segment",
                segment.where(),
                segment.end());
        LogRecovery.verify(segment);
        if (segment.end() == SegmentHeader.BYTES) {
            segment.file().truncate(segment.end());
            segment.file().force();
            segment.preallocated(false);
        } else {
            roll();
        }
        suspect = false;
    }

    /** Shows {@code visitor} the records of a stream that have events from {@code from} to {@code to}, not deleted. */
    public void read(String stream, long from, long to, Visitor visitor) throws IOException {
        reader.read(stream, from, to, visitor);
    }

    /** The highest sequence number that is durable, deleted or not; 0 for an unknown stream. */
    public long highest(String stream) {
        StreamIndex found = index.find(stream);
        return found == null ? 0 : found.highest();
    }

    /** The last deleted sequence number; 0 when none is. */
    public long deletedTo(String stream) {
        StreamIndex found = index.find(stream);
        return found == null ? 0 : found.deletedTo();
    }

    /** Up to {@code max} names of streams, from the {@code from}th in the order of their first record. */
    public List<String> streams(int from, int max) {
        return index.page(from, max).stream().map(StreamIndex::name).toList();
    }

    public int streamCount() {
        return index.size();
    }

    LogSettings settings() {
        return settings;
    }

    /** The bytes of all segments. */
    public long size() {
        synchronized (structure) {
            long sum = active.end();
            for (Segment segment : sealed) {
                sum += segment.end();
            }
            return sum;
        }
    }

    /** How many segments there are, with the active one. */
    public int segments() {
        synchronized (structure) {
            return sealed.size() + 1;
        }
    }

    /** Seals off cleanly: what is in the log now is known to be durable when it is opened again. Not while appending. */
    @Override
    public void close() throws IOException {
        try (lock) {
            early.close();
            summarizeSealed();
            synchronized (structure) {
                for (Segment segment : sealed) {
                    segment.release();
                }
                if (!suspect) {
                    summarize(active).write(files, id);
                }
                if (active.isPreallocated()) {
                    active.file().truncate(active.end());
                }
                SpareSegment.discard(files);
                active.release();
            }
        }
    }

    private SegmentSummary summarize(Segment segment) {
        SegmentSummary summary = new SegmentSummary(segment);
        index.forEach(stream -> stream.summarize(segment, summary));
        return summary;
    }

    /** Writes the summaries of segments that were sealed since the last call. For the thread that compacts. */
    public void summarizeSealed() throws IOException {
        for (Segment segment : sealedSegments()) {
            if (!segment.isSummarized()) {
                summarize(segment).write(files, id);
                segment.summarized();
            }
        }
    }

    /** The sealed segments, with all their records in the index. */
    private List<Segment> sealedSegments() {
        List<Segment> copy;
        synchronized (structure) {
            copy = List.copyOf(sealed);
        }
        publish();
        return copy;
    }

    /** Gives back the space of deleted events, as far as it is worth it. For one thread at a time, not the writer's. */
    public void compact() throws IOException {
        settleManifest();
        Compaction compaction = new Compaction(files, id, settings, index);
        var candidates = compaction.candidates(sealedSegments());
        while (candidates.isPresent()) {
            Compaction.Rewritten rewritten = compaction.rewrite(candidates.get());
            synchronized (structure) {
                List<Segment> nowSealed = new ArrayList<>(sealed);
                int at = nowSealed.indexOf(rewritten.old().get(0));
                nowSealed.removeAll(rewritten.old());
                rewritten.segment().ifPresent(segment -> nowSealed.add(at, segment));
                replaceManifest(nowSealed, active);
                sealed.clear();
                sealed.addAll(nowSealed);
            }
            compaction.switchIndex(rewritten);
            compaction.retire(rewritten);
            candidates = compaction.candidates(sealedSegments());
        }
    }
}
