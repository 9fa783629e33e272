package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFiles;
import io.troupe.persistence.files.ReadOnlyFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A log that nobody has open, read as it lies on the disk: nothing in its directory is changed, not even what a start would
 * tidy up. What keeps others from opening it meanwhile is the caller's.
 */
public final class StoppedLog implements Closeable {

    /** Every record that is read is checked; what nobody asks for may be damaged. */
    private static final LogSettings SETTINGS = LogSettings.DEFAULT.withVerifyBytesMax(0);

    private final LogRecovery.Recovered recovered;
    private final LogReader reader;

    private StoppedLog(LogFiles files, LogRecovery.Recovered recovered) {
        this.recovered = recovered;
        this.reader = new LogReader(files, recovered.index());
    }

    /** @throws DamagedLogException when acknowledged records cannot be read */
    public static StoppedLog open(Path directory) throws IOException {
        LogFiles files = new ReadOnlyFiles(directory);
        return new StoppedLog(files, new LogRecovery(files, SETTINGS).recover());
    }

    /** The streams, in the order of their first record. */
    public List<String> streams() {
        return recovered.index().page(0, recovered.index().size()).stream()
                .map(StreamIndex::name)
                .toList();
    }

    /** Shows {@code visitor} every record of a stream whose events are not all deleted. */
    public void read(String stream, SegmentedLog.Visitor visitor) throws IOException {
        reader.read(stream, 1, Long.MAX_VALUE, visitor);
    }

    /** The last sequence number of a stream that is deleted; 0 when none is. */
    public long deletedTo(String stream) {
        StreamIndex found = recovered.index().find(stream);
        return found == null ? 0 : found.deletedTo();
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : recovered.sealed()) {
            segment.release();
        }
        recovered.active().release();
    }
}
