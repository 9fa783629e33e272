package io.troupe.persistence.replicated;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** Which snapshots of a persistent actor are meant; all bounds belong to it. Timestamps are milliseconds since 1970. */
record Selection(long minSequenceNr, long maxSequenceNr, long minTimestamp, long maxTimestamp) {

    static Selection of(SnapshotSelectionCriteria criteria) {
        return new Selection(
                criteria.minSequenceNr(), criteria.maxSequenceNr(), criteria.minTimestamp(), criteria.maxTimestamp());
    }

    /** The snapshot of that sequence number; when {@code metadata} has no timestamp, whenever it was saved. */
    static Selection of(SnapshotMetadata metadata) {
        long sequenceNr = metadata.sequenceNr();
        return metadata.timestamp() == 0
                ? new Selection(sequenceNr, sequenceNr, 0, Long.MAX_VALUE)
                : new Selection(sequenceNr, sequenceNr, metadata.timestamp(), metadata.timestamp());
    }

    boolean takes(long sequenceNr, long timestamp) {
        return sequenceNr >= minSequenceNr
                && sequenceNr <= maxSequenceNr
                && timestamp >= minTimestamp
                && timestamp <= maxTimestamp;
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(minSequenceNr);
        out.writeLong(maxSequenceNr);
        out.writeLong(minTimestamp);
        out.writeLong(maxTimestamp);
    }

    static Selection readFrom(DataInputStream in) throws IOException {
        return new Selection(in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }
}
