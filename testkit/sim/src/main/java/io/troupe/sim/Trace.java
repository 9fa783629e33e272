package io.troupe.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last things that happened, for the message of a failed run. */
final class Trace {

    private static final int KEPT = 60;

    private record Entry(long nanos, String where, Object what) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(KEPT + 1);

    void handled(long nanos, String path, Object message) {
        add(new Entry(nanos, path, message));
    }

    void event(long nanos, String what) {
        add(new Entry(nanos, "*", what));
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

    private static String shortened(Object what) {
        String text = String.valueOf(what);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
