package io.troupe.sim.junit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Turns every logger off for the time of a {@link QuietLogs} class. */
final class QuietLogsExtension implements BeforeAllCallback {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(QuietLogsExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(NAMESPACE).put("levels", LevelsBefore.allOff());
    }

    /** Of the loggers that have a level of their own; JUnit closes it after the last test of the class. */
    private record LevelsBefore(Map<Logger, Level> levels) implements AutoCloseable {

        static LevelsBefore allOff() {
            Map<Logger, Level> levels = new LinkedHashMap<>();
            for (Logger logger : ((LoggerContext) LoggerFactory.getILoggerFactory()).getLoggerList()) {
                if (logger.getLevel() != null) {
                    levels.put(logger, logger.getLevel());
                    logger.setLevel(Level.OFF);
                }
            }
            return new LevelsBefore(levels);
        }

        @Override
        public void close() {
            levels.forEach(Logger::setLevel);
        }
    }
}
