package io.troupe.sim;

import io.troupe.sim.checker.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.pekko.actor.typed.internal.TimerSchedulerImpl;

/** A whole run as a space-time diagram: one HTML file that needs nothing else. */
final class Recording {

    /** A longer run is cut at its beginning: what failed is at its end. */
    private static final int KEPT = 100_000;

    private record Marked(long nanos, Mark mark, String node, String text) {}

    /** A client's operation on the time axis; {@code returnedNanos} is {@link Operation#NEVER} while it is open. */
    record Called(Operation<?, ?> operation, long invokedNanos, long returnedNanos, ClientHistories.Role role) {}

    private final List<Flight> messages = new ArrayList<>();
    private final List<Marked> marks = new ArrayList<>();
    private final TreeSet<String> nodes = new TreeSet<>();
    private boolean isCut;

    Flight sent(long nanos, String from, String to, String path, Object message) {
        var flight = new Flight(nanos, from, to, path, TypedWrapping.payload(message));
        nodes.add(from);
        nodes.add(to);
        keep(messages, flight);
        return flight;
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

    private <T> void keep(List<T> list, T element) {
        list.add(element);
        if (list.size() > KEPT) {
            list.subList(0, KEPT / 10).clear();
            isCut = true;
        }
    }

    /**
     * @param title its first line is the heading, the rest says what went wrong
     * @param unit {@code ms}, or {@code step} where a millisecond stands for a step of a schedule
     */
    String page(String title, String unit, List<Called> calls) {
        return resource("trace.html")
                .replace("\"@@SCRIPT@@\"", resource("trace.js"))
                .replace("\"@@DATA@@\"", data(title, unit, calls));
    }

    private static String resource(String name) {
        try (InputStream template = Recording.class.getResourceAsStream(name)) {
            if (template == null) {
                throw new IOException(name + " is missing beside " + Recording.class);
            }
            return new String(template.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String data(String title, String unit, List<Called> calls) {
        var nodeNumbers = new Numbers();
        nodes.forEach(nodeNumbers::of);
        var actors = new Numbers();
        var types = new Numbers();
        var sent = new StringBuilder();
        append(
                sent,
                messages,
                flight -> "[" + millis(flight.sentNanos) + "," + nodeNumbers.of(flight.from) + ","
                        + nodeNumbers.of(flight.to) + ","
                        + (flight.fate() == Flight.Fate.UNDER_WAY ? "null" : millis(flight.endNanos())) + ","
                        + fate(flight) + "," + actors.of(flight.path) + "," + types.of(flight.type) + ","
                        + quoted(flight.text) + "]");
        var json = new StringBuilder("{\"title\":").append(quoted(title));
        json.append(",\"unit\":").append(quoted(unit)).append(",\"end\":").append(millis(end(calls)));
        json.append(",\"cut\":").append(isCut).append(",\"nodes\":[");
        append(json, nodeNumbers.names(), Recording::quoted);
        json.append("],\n\"actors\":[");
        append(json, actors.names(), Recording::quoted);
        json.append("],\n\"types\":[");
        append(json, types.names(), Recording::quoted);
        json.append("],\n\"messages\":[").append(sent);
        json.append("],\n\"marks\":[");
        append(
                json,
                marks,
                mark -> "[" + millis(mark.nanos()) + ","
                        + quoted(mark.mark().name().toLowerCase(Locale.ROOT)) + ","
                        + (mark.node().isEmpty() ? -1 : nodeNumbers.of(mark.node())) + "," + quoted(mark.text()) + "]");
        json.append("],\n\"history\":[");
        append(json, calls, Recording::call);
        return json.append("]}").toString();
    }

    private static int fate(Flight flight) {
        return switch (flight.fate()) {
            case ARRIVED -> 0;
            case LOST -> 1;
            case UNDER_WAY -> 2;
        };
    }

    private static String call(Called call) {
        var operation = call.operation();
        return "{\"process\":" + operation.process() + ",\"input\":"
                + quoted(Trace.shortened(operation.input())) + ",\"output\":"
                + (operation.output() == null ? "null" : quoted(Trace.shortened(operation.output())))
                + ",\"outcome\":"
                + quoted(
                        switch (operation.outcome()) {
                            case OK -> "ok";
                            case FAIL -> "failed";
                            case UNKNOWN -> "unknown";
                        })
                + ",\"invoked\":" + millis(call.invokedNanos()) + ",\"returned\":"
                + (call.returnedNanos() == Operation.NEVER ? "null" : millis(call.returnedNanos())) + ",\"role\":"
                + quoted(call.role().name().toLowerCase(Locale.ROOT)) + "}";
    }

    private long end(List<Called> calls) {
        long end = 0;
        for (var flight : messages) {
            end = Math.max(end, flight.endNanos());
        }
        for (var mark : marks) {
            end = Math.max(end, mark.nanos());
        }
        for (var call : calls) {
            end = Math.max(end, call.invokedNanos());
            end = call.returnedNanos() == Operation.NEVER ? end : Math.max(end, call.returnedNanos());
        }
        return end;
    }

    /** Names in order of first use. */
    private static final class Numbers {
        private final Map<String, Integer> numbers = new LinkedHashMap<>();

        int of(String name) {
            return numbers.computeIfAbsent(name, any -> numbers.size());
        }

        Iterable<String> names() {
            return numbers.keySet();
        }
    }

    private static <T> void append(StringBuilder json, Iterable<T> elements, Function<T, String> written) {
        String between = "";
        for (T element : elements) {
            json.append(between).append(written.apply(element));
            between = ",\n";
        }
    }

    private static String millis(long nanos) {
        return nanos % 1_000_000 == 0
                ? Long.toString(nanos / 1_000_000)
                : String.format(Locale.ROOT, "%.6f", nanos / 1e6);
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
