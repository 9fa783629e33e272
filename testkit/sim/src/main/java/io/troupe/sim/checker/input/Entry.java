package io.troupe.sim.checker.input;

import org.jspecify.annotations.Nullable;

/**
 * One event of a history, as it stands in the input.
 *
 * @param line where it begins, counted from 1
 * @param position which of the events it is, counted from 1; 0 where the line says it already
 * @param process who; null when the input does not say
 * @param f what is done, such as {@code read}; empty when the input does not say
 * @param key the {@code :key} of Porcupine's key-value logs, null elsewhere
 * @param value argument or answer; null for nil
 */
public record Entry(
        int line,
        int position,
        @Nullable Object process,
        Type type,
        String f,
        @Nullable Object key,
        @Nullable Object value) {

    Entry(int line, @Nullable Object process, Type type, String f, @Nullable Object key, @Nullable Object value) {
        this(line, 0, process, type, f, key, value);
    }

    public enum Type {
        INVOKE,
        OK,
        FAIL,
        INFO
    }

    /** The same event of a history that stands on one line, where only its position tells it from others. */
    Entry at(int newPosition) {
        return new Entry(line, newPosition, process, type, f, key, value);
    }

    /** The same event with another value. */
    public Entry withValue(@Nullable Object other) {
        return new Entry(line, position, process, type, f, key, other);
    }

    private int number() {
        return position > 0 ? position : line;
    }

    /** Where it is, for a reader: {@code line 7}, or {@code line 7-9} with the event that completes it. */
    String place(@Nullable Entry completion) {
        return (position > 0 ? "event " : "line ") + number() + (completion == null ? "" : "-" + completion.number());
    }

    /** Jepsen's fault injector and other helpers are no clients: their processes are keywords. */
    boolean isByClient() {
        return !(process instanceof us.bpsm.edn.Keyword) && !"nemesis".equals(process) && !":nemesis".equals(process);
    }

    @Override
    public String toString() {
        return ":" + type.toString().toLowerCase(java.util.Locale.ROOT) + " :" + f + " " + Values.show(value);
    }
}
