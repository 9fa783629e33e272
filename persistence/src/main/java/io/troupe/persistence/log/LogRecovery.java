package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what a directory holds. Sealed segments must be whole: their lengths always, the checksums of all their records
 * up to {@link LogSettings#verifyBytesMax()}. The active one is scanned; what follows its last valid record is cut when
 * it can only be a write that was never acknowledged, and refused otherwise.
 */
final class LogRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final LogFiles files;
    private final LogSettings settings;

    LogRecovery(LogFiles files, LogSettings settings) {
        this.files = files;
        this.settings = settings;
    }

    /** What was found: sealed segments in the order of the log, the active one, and where everything lies. */
    record Recovered(UUID log, List<Segment> sealed, Segment active, LogIndex index) {}

    Recovered recover() throws IOException {
        Optional<Manifest> found = Manifest.read(files);
        Manifest manifest = found.isPresent() ? found.get() : begin();
        // Found is not durable: the sync after the rename may have failed.
        files.syncDirectory();
        removeLeftovers(manifest);
        List<Segment> opened = new ArrayList<>();
        boolean whole = false;
        try {
            for (Manifest.Sealed entry : manifest.sealed()) {
                opened.add(openSealed(manifest.log(), entry));
            }
            Segment active = openActive(manifest.log(), manifest.active());
            opened.add(active);
            List<SegmentSummary> summaries = new ArrayList<>();
            long budget = settings.verifyBytesMax();
            for (int i = opened.size() - 2; i >= 0; i--) {
                Segment segment = opened.get(i);
                summaries.add(0, summary(manifest.log(), segment, segment.end() <= budget));
                budget -= segment.end();
            }
            summaries.add(scanActive(manifest.log(), active));
            LogIndex index = new LogIndex();
            summaries.forEach(summary -> summary.addTo(index));
            whole = true;
            return new Recovered(manifest.log(), opened.subList(0, opened.size() - 1), active, index);
        } finally {
            if (!whole) {
                for (Segment segment : opened) {
                    segment.release();
                }
            }
        }
    }

    private Manifest begin() throws IOException {
        for (String name : files.list()) {
            if (SegmentId.ofFile(name).isPresent() && holdsRecords(name)) {
                throw new DamagedLogException(
                        files.describe(Manifest.FILE),
                        0,
                        "it is missing, but segment " + name + " holds records",
                        "Put MANIFEST back from a backup of this directory.");
            }
        }
        SegmentId first = new SegmentId(0, 0);
        Manifest manifest = new Manifest(UUID.randomUUID(), List.of(), first);
        files.delete(first.fileName());
        create(files, manifest.log(), first).release();
        manifest.write(files);
        return manifest;
    }

    /** Makes an empty segment whose header is durable, in a file that is not there yet or holds zeros. */
    static Segment create(LogFiles files, UUID log, SegmentId id) throws IOException {
        LogFile file = files.open(id.fileName());
        boolean whole = false;
        try {
            file.write(0, SegmentHeader.encode(log, id));
            file.force();
            files.syncDirectory();
            whole = true;
            return new Segment(id, file, files.describe(id.fileName()), SegmentHeader.BYTES);
        } finally {
            if (!whole) {
                file.close();
            }
        }
    }

    /** Deletes what a crash between two steps of rolling over or compacting left behind. */
    private void removeLeftovers(Manifest manifest) throws IOException {
        SpareSegment.discard(files);
        Set<SegmentId> listed = new HashSet<>();
        manifest.sealed().forEach(entry -> listed.add(entry.id()));
        listed.add(manifest.active());
        for (String name : files.list()) {
            Optional<SegmentId> id = SegmentId.ofFile(name);
            if (id.isEmpty() || listed.contains(id.get())) {
                continue;
            }
            if (id.get().base() > manifest.active().base() && holdsRecords(name)) {
                throw new DamagedLogException(
                        files.describe(name),
                        0,
                        "it holds records beyond the end that " + Manifest.FILE + " names, " + manifest.active(),
                        "Put the newest " + Manifest.FILE + " back, or move this file away if it is not of this log.");
            }
            LOG.info("Deleting {}, left over from a compaction or roll-over", files.describe(name));
            files.delete(name);
            files.delete(id.get().summaryName());
        }
    }

    /** Whether a segment has more than its header and, when it was prepared ahead, zeros. */
    private boolean holdsRecords(String name) throws IOException {
        try (LogFile file = files.open(name)) {
            return !new SegmentScanner(file, 0, SegmentHeader.BYTES, file.size()).onlyZerosFollow();
        }
    }

    private Segment openSealed(UUID log, Manifest.Sealed entry) throws IOException {
        LogFile file = openListed(log, entry.id());
        Segment segment =
                new Segment(entry.id(), file, files.describe(entry.id().fileName()), entry.end());
        if (file.size() < entry.end()) {
            long size = file.size();
            file.close();
            throw SegmentSummary.damaged(segment, size);
        }
        return segment;
    }

    private Segment openActive(UUID log, SegmentId id) throws IOException {
        LogFile file = openListed(log, id);
        return new Segment(id, file, files.describe(id.fileName()), file.size());
    }

    private LogFile openListed(UUID log, SegmentId id) throws IOException {
        if (!files.exists(id.fileName())) {
            throw new DamagedLogException(
                    files.describe(id.fileName()),
                    0,
                    "the file is missing",
                    "Put it back from a backup, or the whole directory it belongs to.");
        }
        LogFile file = files.open(id.fileName());
        boolean whole = false;
        try {
            SegmentHeader.verify(file, files.describe(id.fileName()), log, id);
            whole = true;
            return file;
        } finally {
            if (!whole) {
                file.close();
            }
        }
    }

    private SegmentSummary summary(UUID log, Segment segment, boolean verify) throws IOException {
        Optional<SegmentSummary> checkpoint = SegmentSummary.read(files, log, segment);
        if (checkpoint.isEmpty()) {
            SegmentSummary scanned = SegmentSummary.scan(segment);
            try {
                scanned.write(files, log);
                segment.summarized();
            } catch (IOException e) {
                LOG.warn("No summary of {} could be written; its index stays in memory", segment.where(), e);
            }
            return scanned;
        }
        segment.summarized();
        if (verify) {
            verify(segment);
        }
        return checkpoint.get();
    }

    /** Checks every record of a segment up to its end. */
    static void verify(Segment segment) throws IOException {
        SegmentScanner scanner =
                new SegmentScanner(segment.file(), segment.id().base(), SegmentHeader.BYTES, segment.end());
        while (scanner.next()) {
            continue;
        }
        if (scanner.offset() != segment.end()) {
            throw SegmentSummary.damaged(segment, scanner.offset());
        }
    }

    private SegmentSummary scanActive(UUID log, Segment active) throws IOException {
        long size = active.end();
        long closedAt = SegmentSummary.recordedEnd(files, log, active);
        SegmentSummary summary = new SegmentSummary(active);
        SegmentScanner scanner = new SegmentScanner(active.file(), active.id().base(), SegmentHeader.BYTES, size);
        summary.addAll(scanner);
        long end = scanner.offset();
        if (end < closedAt) {
            active.endAt(closedAt);
            throw SegmentSummary.damaged(active, end);
        }
        if (end < size && scanner.onlyZerosFollow()) {
            active.preallocated(true);
        } else if (end < size) {
            long provenBy = scanner.provenDurableBy();
            if (provenBy > 0) {
                active.endAt(provenBy);
                throw SegmentSummary.damaged(active, end);
            }
            LOG.warn(
                    "Cutting {} from {} to {} bytes: the rest is a write that was under way when the process or the"
                            + " machine stopped, and was never acknowledged",
                    active.where(),
                    size,
                    end);
            active.file().truncate(end);
            active.file().force();
        }
        active.endAt(end);
        return summary;
    }
}
