package io.troupe.sim.checker.input;

import org.jspecify.annotations.Nullable;

/**
 * One event of a history, as it stands in the input.
 *
 * @param line where it begins, counted from 1
 * @param process who; null when the input does not say
 * @param f what is done, such as {@code read}; empty when the input does not say
 * @param key the {@code :key} of Porcupine's key-value logs, null elsewhere
 * @param value argument or answer; null for nil
 */
public record Entry(
        int line, @Nullable Object process, Type type, String f, @Nullable Object key, @Nullable Object value) {

    public enum Type {
        INVOKE,
        OK,
        FAIL,
        INFO
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
