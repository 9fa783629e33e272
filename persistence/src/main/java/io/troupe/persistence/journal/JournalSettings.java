package io.troupe.persistence.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.persistence.log.LogSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What {@code troupe.persistence.journal} (or another path with the same keys) configures.
 *
 * @param directory where the log lies
 * @param replayDispatcher on which replays and queries read
 * @param upkeepDelay how long after a deletion or a full segment its space is looked at
 */
public record JournalSettings(Path directory, String replayDispatcher, Duration upkeepDelay, LogSettings log) {

    /** @throws IllegalArgumentException naming the key, its value and what would be right */
    public static JournalSettings of(Config config) {
        String directory = config.getString("dir");
        if (directory.isBlank()) {
            throw new IllegalArgumentException("dir = '' of the journal is not possible, right would be the path of a"
                    + " directory on a local disk, such as troupe.persistence.journal.dir = \"data/journal\"");
        }
        try {
            return new JournalSettings(
                    Path.of(directory),
                    config.getString("replay-dispatcher"),
                    config.getDuration("compaction.delay"),
                    new LogSettings(
                            config.getBytes("segment-size"),
                            Math.toIntExact(config.getBytes("batch-size-max")),
                            config.getBytes("queue-size-max"),
                            Math.toIntExact(config.getBytes("write-size-max")),
                            config.getBytes("verify-at-start-max"),
                            config.getBoolean("preallocate"),
                            config.getDouble("compaction.live-ratio")));
        } catch (ConfigException | IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "The journal in " + directory + " is misconfigured: " + e.getMessage(), e);
        }
    }
}
