package io.troupe.persistence.log;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A segment's name: the position of the log at which it begins, and how often it was rewritten by compaction.
 *
 * @param base position in the log of the file's first byte
 */
record SegmentId(long base, int generation) implements Comparable<SegmentId> {

    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{8})");
    private static final HexFormat HEX = HexFormat.of();
    private static final String SUFFIX = ".log";

    String fileName() {
        return this + SUFFIX;
    }

    /** The file that remembers where each stream's records lie in the segment. */
    String summaryName() {
        return this + ".idx";
    }

    SegmentId rewritten() {
        return new SegmentId(base, generation + 1);
    }

    static Optional<SegmentId> ofFile(String fileName) {
        return fileName.endsWith(SUFFIX)
                ? parse(fileName.substring(0, fileName.length() - SUFFIX.length()))
                : Optional.empty();
    }

    static Optional<SegmentId> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.of(new SegmentId(
                        Long.parseUnsignedLong(matcher.group(1), 16), Integer.parseUnsignedInt(matcher.group(2), 16)))
                : Optional.empty();
    }

    @Override
    public int compareTo(SegmentId other) {
        int byBase = Long.compare(base, other.base);
        return byBase != 0 ? byBase : Integer.compare(generation, other.generation);
    }

    @Override
    public String toString() {
        return HEX.toHexDigits(base) + "-" + HEX.toHexDigits(generation);
    }
}
