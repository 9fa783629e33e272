package io.troupe.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.pekko.actor.typed.internal.TimerSchedulerImpl;

/** A whole run as a space-time diagram: one HTML file that needs nothing else. */
final class Recording {

    static final long LOST = -1;

    /** A longer run is cut at its beginning: what failed is at its end. */
    private static final int KEPT = 100_000;

    private record Sent(long nanos, String from, String to, long arrivalNanos, String path, String type, String text) {}

    private record Marked(long nanos, Mark mark, String node, String text) {}

    private final List<Sent> messages = new ArrayList<>();
    private final List<Marked> marks = new ArrayList<>();
    private final TreeSet<String> nodes = new TreeSet<>();

    void sent(long nanos, String from, String to, long arrivalNanos, String path, Object message) {
        var payload = TypedWrapping.payload(message);
        nodes.add(from);
        nodes.add(to);
        keep(
                messages,
                new Sent(
                        nanos,
                        from,
                        to,
                        arrivalNanos,
                        path,
                        payload.getClass().getSimpleName(),
                        Trace.shortened(payload)));
    }

    void handled(long nanos, String node, String path, Object message) {
        nodes.add(node);
        if (message instanceof TimerSchedulerImpl.TimerMsg timer) {
            mark(nanos, Mark.TIMER, node, path + " " + timer.key());
        }
    }

    void mark(long nanos, Mark mark, String node, String text) {
        if (!node.isEmpty()) {
            nodes.add(node);
        }
        keep(marks, new Marked(nanos, mark, node, Trace.shortened(text)));
    }

    private static <T> void keep(List<T> list, T element) {
        list.add(element);
        if (list.size() > KEPT) {
            list.subList(0, KEPT / 10).clear();
        }
    }

    void writeTo(Path file, String title) throws IOException {
        String page;
        try (InputStream template = Recording.class.getResourceAsStream("trace.html")) {
            if (template == null) {
                throw new UncheckedIOException(new IOException("trace.html is missing beside " + Recording.class));
            }
            page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
        }
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, page.replace("\"@@DATA@@\"", data(title)));
    }

    private String data(String title) {
        var json = new StringBuilder("{\"title\":").append(quoted(title)).append(",\"nodes\":[");
        append(json, nodes, Recording::quoted);
        json.append("],\n\"messages\":[");
        append(
                json,
                messages,
                sent -> "[" + millis(sent.nanos()) + "," + quoted(sent.from()) + "," + quoted(sent.to()) + ","
                        + (sent.arrivalNanos() == LOST ? "null" : millis(sent.arrivalNanos())) + ","
                        + quoted(sent.path()) + "," + quoted(sent.type()) + "," + quoted(sent.text()) + "]");
        json.append("],\n\"marks\":[");
        append(
                json,
                marks,
                mark -> "[" + millis(mark.nanos()) + ","
                        + quoted(mark.mark().name().toLowerCase(Locale.ROOT)) + "," + quoted(mark.node()) + ","
                        + quoted(mark.text()) + "]");
        return json.append("]}").toString();
    }

    private static <T> void append(StringBuilder json, Iterable<T> elements, Function<T, String> written) {
        String between = "";
        for (T element : elements) {
            json.append(between).append(written.apply(element));
            between = ",\n";
        }
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e6);
    }

    private static String quoted(String text) {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A "<" could end the script that the data stands in.
            if (c == '"' || c == '\\' || c < ' ' || c == '<' || c > '~') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
