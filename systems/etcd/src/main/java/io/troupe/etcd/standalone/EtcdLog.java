package io.troupe.etcd.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs as {@code --logger}, {@code --log-outputs} and {@code --log-level} ask. */
final class EtcdLog {

    /** As etcd's other logger, capnslog, writes a line. */
    private static final String PLAIN = "%d{yyyy-MM-dd HH:mm:ss.SSSSSS} %.-1level | %logger{0}: %msg%n%ex";

    private static final List<String> LEVELS = List.of("debug", "info", "warn", "error", "panic", "fatal");

    /** What Troupe says itself, or only a person who looks for a fault wants to hear. */
    private static final List<String> ONLY_WARNINGS = List.of("org.apache.pekko", "io.grpc", "io.netty");

    private static final List<String> ONLY_ERRORS = List.of(
            "org.apache.pekko.remote.artery.Association",
            "org.apache.pekko.remote.artery.tcp",
            "org.apache.pekko.stream.Materializer",
            "org.apache.pekko.remote.RemoteActorRefProvider");

    private EtcdLog() {}

    /** @throws FlagException when there is no such level, or an output cannot be written */
    static void setUp(FlagValues flags) {
        String level = flags.flagged("debug") ? "debug" : flags.text("log-level");
        if (!LEVELS.contains(level)) {
            throw FlagException.wrong("unrecognized level: \"" + level + "\"");
        }
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return; // Somebody else's logging.
        }
        List<OutputStreamAppender<ILoggingEvent>> appenders = new ArrayList<>();
        for (String output : flags.text("log-outputs").split(",", -1)) {
            appenders.add(open(output.strip(), context, flags.text("logger").equals("zap")));
        }
        context.reset();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level.toUpperCase(Locale.ROOT), Level.ERROR));
        if (!level.equals("debug")) {
            ONLY_WARNINGS.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
            ONLY_ERRORS.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        }
        appenders.forEach(root::addAppender);
    }

    /**
     * As {@link #setUp}, for a data directory that is read and left as it is: warnings, but not of what a member that starts on
     * it would tidy up.
     */
    static void setUpForReading(FlagValues flags) {
        setUp(flags);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("io.troupe").setLevel(Level.WARN);
            context.getLogger("io.troupe.persistence.log").setLevel(Level.ERROR);
        }
    }

    private static OutputStreamAppender<ILoggingEvent> open(String output, LoggerContext context, boolean zap) {
        OutputStreamAppender<ILoggingEvent> appender = to(output);
        if (appender instanceof FileAppender) {
            requireWritable(output);
        }
        appender.setContext(context);
        appender.setName(output);
        appender.setEncoder(encoder(context, zap));
        appender.start();
        return appender;
    }

    /** An appender would tell nobody; and makes a folder that is not there, as etcd does not. */
    private static void requireWritable(String file) {
        try {
            Files.newOutputStream(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (FileSystemException e) {
            throw FlagException.wrong("open sink \"" + file + "\": open " + FileProblem.of(e));
        } catch (IOException | InvalidPathException e) {
            throw FlagException.wrong("open sink \"" + file + "\": " + e.getMessage());
        }
    }

    private static OutputStreamAppender<ILoggingEvent> to(String output) {
        if (output.equals("stdout") || output.equals("stderr") || output.equals("default")) {
            var console = new ConsoleAppender<ILoggingEvent>();
            console.setTarget(output.equals("stdout") ? "System.out" : "System.err");
            return console;
        }
        var file = new FileAppender<ILoggingEvent>();
        file.setFile(output);
        return file;
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(LoggerContext context, boolean zap) {
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout(context, zap));
        encoder.start();
        return encoder;
    }

    private static Layout<ILoggingEvent> layout(LoggerContext context, boolean zap) {
        if (zap) {
            var layout = new ZapLayout();
            layout.setContext(context);
            layout.start();
            return layout;
        }
        var layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(PLAIN);
        layout.start();
        return layout;
    }
}
