package io.troupe.persistence.snapshot;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** The name of a snapshot's file: its sequence number and when it was saved, in milliseconds since 1970. */
record SnapshotName(long sequenceNr, long timestamp) implements Comparable<SnapshotName> {

    private static final Pattern NAME = Pattern.compile("(\\d{19})-(\\d{19})\\.snapshot");
    private static final Comparator<SnapshotName> OLDEST_FIRST =
            Comparator.comparingLong(SnapshotName::sequenceNr).thenComparingLong(SnapshotName::timestamp);

    static Optional<SnapshotName> ofFile(String fileName) {
        Matcher matcher = NAME.matcher(fileName);
        return matcher.matches()
                ? Optional.of(new SnapshotName(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** In ASCII digits, whatever digits the machine's language has. */
    String fileName() {
        return String.format(Locale.ROOT, "%019d-%019d.snapshot", sequenceNr, timestamp);
    }

    boolean matches(SnapshotSelectionCriteria criteria) {
        return sequenceNr <= criteria.maxSequenceNr()
                && timestamp <= criteria.maxTimestamp()
                && sequenceNr >= criteria.minSequenceNr()
                && timestamp >= criteria.minTimestamp();
    }

    @Override
    public int compareTo(SnapshotName other) {
        return OLDEST_FIRST.compare(this, other);
    }
}
