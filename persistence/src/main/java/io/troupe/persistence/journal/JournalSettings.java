package io.troupe.persistence.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import io.troupe.persistence.PluginDefaults;
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

    private static final String STANDARD = "troupe.persistence.journal";

    /** Names another setting of the actor system's: the directory lies in the one that it gives. */
    private static final String DIRECTORY_BELOW = "dir-below";

    /**
     * What {@code config} says, and where it says nothing, what is standard.
     *
     * @param root the actor system's configuration, from which the directory may follow
     * @throws IllegalArgumentException naming the key, its value and what would be right
     */
    public static JournalSettings of(Config config, Config root) {
        return of(PluginDefaults.of(located(config, root), root, STANDARD));
    }

    private static Config located(Config config, Config root) {
        if (!config.hasPath(DIRECTORY_BELOW)) {
            return config;
        }
        Path above = Path.of(root.getString(config.getString(DIRECTORY_BELOW)));
        return config.withValue(
                "dir", ConfigValueFactory.fromAnyRef(above.resolve("log").toString()));
    }

    private static JournalSettings of(Config config) {
        String directory = PluginDefaults.directory(config);
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
