package io.troupe.etcd.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/** What is logged by a class while the test goes on. */
final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final ch.qos.logback.classic.Logger logger;

    Logged(String by) {
        logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("io.troupe." + by);
        start();
        logger.addAppender(this);
        logger.setLevel(Level.INFO);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    void await(String pattern) {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> assertThat(lines)
                .anyMatch(Pattern.compile(pattern).asPredicate()));
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(null);
    }
}
