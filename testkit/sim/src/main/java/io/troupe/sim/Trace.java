package io.troupe.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;

/** What happened: the last of it always, for the message of a failed run, and all of it when it is recorded. */
final class Trace {

    private static final int KEPT = 60;

    private record Entry(long nanos, String where, Object what) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(KEPT + 1);
    private Optional<Recording> recording = Optional.empty();

    /** From now on everything is kept. */
    void record() {
        if (recording.isEmpty()) {
            recording = Optional.of(new Recording());
        }
    }

    Optional<Recording> recording() {
        return recording;
    }

    void handled(long nanos, Host host, String path, Object message) {
        add(new Entry(nanos, path, message));
        recording.ifPresent(all -> all.handled(nanos, host.name(), path, message));
    }

    /** @param arrivalNanos when it will be there, or {@link Recording#LOST} */
    void sent(long nanos, Host from, Host to, long arrivalNanos, ActorRef receiver, Object message) {
        recording.ifPresent(all -> all.sent(
                nanos, from.name(), to.name(), arrivalNanos, receiver.path().toStringWithoutAddress(), message));
    }

    void event(long nanos, Mark mark, String node, String what) {
        add(new Entry(nanos, node.isEmpty() ? "*" : node, what));
        recording.ifPresent(all -> all.mark(nanos, mark, node, what));
    }

    /** For the recording alone. */
    void detail(long nanos, Mark mark, String node, String what) {
        recording.ifPresent(all -> all.mark(nanos, mark, node, what));
    }

    private void add(Entry entry) {
        entries.add(entry);
        if (entries.size() > KEPT) {
            entries.poll();
        }
    }

    /** One line an event: virtual milliseconds, who, what. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(entries.size());
        for (var entry : entries) {
            lines.add("%12.3f ms  %s  %s".formatted(entry.nanos() / 1e6, entry.where(), shortened(entry.what())));
        }
        return lines;
    }

    static String shortened(Object what) {
        String text = String.valueOf(what);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
