package io.troupe.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.internal.TimerSchedulerImpl;
import org.jspecify.annotations.Nullable;

/** What happened: the last of it always, for the message of a failed run, and all of it when it is recorded. */
final class Trace {

    static final long LOST = -1;

    private static final int KEPT = 60;

    private record Entry(long nanos, String where, Object what) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(KEPT + 1);
    private Optional<Recording> recording = Optional.empty();
    private @Nullable LongSupplier clock;

    /** From now on everything is kept. */
    void record() {
        if (recording.isEmpty()) {
            recording = Optional.of(new Recording());
        }
    }

    /** From now on things are said to happen at {@code nanos} instead of the time that they are told with. */
    void clock(LongSupplier nanos) {
        clock = nanos;
    }

    /** What a millisecond of the trace stands for. */
    String unit() {
        return clock == null ? "ms" : "step";
    }

    long time(long nanos) {
        return clock == null ? nanos : clock.getAsLong();
    }

    Optional<Recording> recording() {
        return recording;
    }

    void handled(long nanos, Host host, String path, Object message) {
        add(new Entry(time(nanos), path, message));
        if (recording.isPresent()) { // No lambda: this is once a message.
            recording.get().handled(time(nanos), host.name(), path, message);
        }
    }

    /** @param arrivalNanos when it will be there, or {@link #LOST} */
    void sent(long nanos, Host from, Host to, long arrivalNanos, String path, Object message) {
        recording.ifPresent(all -> {
            var flight = all.sent(time(nanos), from.name(), to.name(), path, message);
            if (arrivalNanos == LOST) {
                flight.lost(time(nanos));
            } else {
                flight.arrived(arrivalNanos);
            }
        });
    }

    /** Null when nothing is recorded; else to be told how it ends. */
    @Nullable Flight sent(long nanos, String from, String to, ActorRef receiver, Object message) {
        return recording.isEmpty()
                ? null
                : recording.get().sent(time(nanos), from, to, receiver.path().toStringWithoutAddress(), message);
    }

    void event(long nanos, Mark mark, String node, String what) {
        add(new Entry(time(nanos), node.isEmpty() ? "*" : node, what));
        recording.ifPresent(all -> all.mark(time(nanos), mark, node, what));
    }

    /** For the recording alone. */
    void detail(long nanos, Mark mark, String node, String what) {
        recording.ifPresent(all -> all.mark(time(nanos), mark, node, what));
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
        String text = what instanceof TimerSchedulerImpl.TimerMsg timer ? "timer " + timer.key() : String.valueOf(what);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
