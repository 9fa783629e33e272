package io.troupe.persistence.replicated;

import io.troupe.persistence.log.LogRecord;
import io.troupe.replication.StateMachine;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A snapshot of the group: format version (4), then for each persistence id its events and what {@link EventStream} holds,
 * then for each one that has snapshots their parts and what {@link SnapshotSeries} holds.
 *
 * <p>The store goes on while it is written. What was appended since is left out; what was deleted since may be missing, and
 * then is written as deleted: a state that is ahead by deletions alone, which come again from the log and change nothing.
 *
 * @param generation of the store when the state was frozen
 */
record FrozenJournal(
        Store store, long generation, Map<String, EventStream> events, Map<String, SnapshotSeries> snapshots)
        implements StateMachine.State {

    private static final int FORMAT = 1;

    /** Follows the last record of a stream, in the place of the first sequence number. */
    private static final long END = -1;

    /** Records are given to the store again in batches of about this many bytes. */
    private static final int BATCH_BYTES = 1 << 20;

    @Override
    public void writeTo(OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to, 1 << 16));
        out.writeInt(FORMAT);
        out.writeInt(events.size());
        for (Map.Entry<String, EventStream> entry : events.entrySet()) {
            EventStream stream = entry.getValue();
            Wired.writeString(entry.getKey(), out);
            long deletedTo = writeRecords(
                    JournalMachine.eventsOf(entry.getKey()), stream.deletedTo() + 1, stream.highest(), out);
            stream.deleted(deletedTo).writeTo(out);
        }
        out.writeInt(snapshots.size());
        for (Map.Entry<String, SnapshotSeries> entry : snapshots.entrySet()) {
            SnapshotSeries series = entry.getValue();
            Wired.writeString(entry.getKey(), out);
            writeRecords(JournalMachine.snapshotsOf(entry.getKey()), series.lowestPart(), series.nextPart() - 1, out);
            series.writeTo(out);
        }
        out.flush();
    }

    /** @return up to where records may be missing because they were deleted meanwhile */
    private long writeRecords(String stream, long from, long to, DataOutputStream out) throws IOException {
        long deletedTo = store.read(generation, stream, from, to, (first, last, payload) -> {
            out.writeLong(first);
            out.writeLong(last);
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            Wired.writeBytes(bytes, out);
            return true;
        });
        out.writeLong(END);
        return deletedTo;
    }

    /** Fills an empty store and empty maps. */
    record Reader(Store store, Map<String, EventStream> events, Map<String, SnapshotSeries> snapshots) {

        void read(DataInputStream in) throws IOException {
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IOException("A snapshot of the replicated journal has format " + format
                        + ", this version reads " + FORMAT + ". Start the node with the version that wrote it");
            }
            int streams = in.readInt();
            for (int i = 0; i < streams; i++) {
                String persistenceId = Wired.readString(in);
                readRecords(JournalMachine.eventsOf(persistenceId), in);
                events.put(persistenceId, EventStream.readFrom(in));
            }
            int series = in.readInt();
            for (int i = 0; i < series; i++) {
                String persistenceId = Wired.readString(in);
                readRecords(JournalMachine.snapshotsOf(persistenceId), in);
                snapshots.put(persistenceId, SnapshotSeries.readFrom(in));
            }
        }

        private void readRecords(String stream, DataInputStream in) throws IOException {
            List<LogRecord> batch = new ArrayList<>();
            long bytes = 0;
            for (long first = in.readLong(); first != END; first = in.readLong()) {
                LogRecord record = LogRecord.events(stream, first, in.readLong(), Wired.readBytes(in));
                batch.add(record);
                bytes += record.size();
                if (bytes >= BATCH_BYTES) {
                    store.append(batch);
                    batch = new ArrayList<>();
                    bytes = 0;
                }
            }
            store.append(batch);
        }
    }
}
