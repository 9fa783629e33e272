package io.troupe.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run of one seed on either stage, as whoever repeats, shrinks and reports runs sees it. */
public interface SeededRun extends AutoCloseable {

    /** The faults that took place, one line each; each line begins with the number to name in a {@link FaultFilter}. */
    List<String> faults();

    /** Everybody whom {@code clients(count)} has named so far. */
    Set<Integer> clientsTaking();

    /** How often this run has reached what. */
    Map<String, Long> reached();

    /** A running hash over (virtual time, actor path, message type) of every message that was handled. */
    long fingerprint();

    /** From now on everything is kept for the trace; costs time and memory. */
    void recordTrace();

    /** Writes what was recorded, with a heading; what follows in further lines says what went wrong. */
    void writeTrace(Path file, String title) throws IOException;

    @Override
    void close();
}
