package io.troupe.sim.checker.input;

import io.troupe.sim.checker.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An invocation and how it ended.
 *
 * @param id counts invocations from 0
 * @param process the client, numbered in order of appearance
 * @param invocation null only for a transaction of which nothing but its end was recorded
 * @param completion null when it never came back
 * @param invokedAt position among all entries
 * @param returnedAt position of the completion, or {@link Operation#NEVER} when the outcome is not known
 */
public record Call(
        int id, int process, @Nullable Entry invocation, @Nullable Entry completion, long invokedAt, long returnedAt) {

    /** How it ended; INFO when nobody knows, INVOKE never. */
    public Entry.Type type() {
        return completion == null ? Entry.Type.INFO : completion.type();
    }

    public boolean isOk() {
        return type() == Entry.Type.OK;
    }

    public String f() {
        String f = first().f();
        return f.isEmpty() && completion != null ? completion.f() : f;
    }

    public @Nullable Object key() {
        return first().key();
    }

    /** What it was called with. */
    public @Nullable Object argument() {
        return first().value();
    }

    /** What it answered; null for nil, and for a call that is not OK. */
    public @Nullable Object answer() {
        return completion != null && isOk() ? completion.value() : null;
    }

    /** The argument of an operation that answers nothing new: a completion may repeat or leave out its value. */
    public @Nullable Object written() {
        Object answer = answer();
        return answer == null ? argument() : answer;
    }

    /** The line of the invocation. */
    public int line() {
        return first().line();
    }

    /** Where it stands in the input: {@code line 7-9}. */
    public String place() {
        return first().place(invocation == null ? null : completion);
    }

    public Entry first() {
        if (invocation != null) {
            return invocation;
        }
        if (completion == null) {
            throw new IllegalStateException("a call without invocation and completion");
        }
        return completion;
    }

    /** For a reader: lines, process, what was called and what came back. */
    @Override
    public String toString() {
        var text = new StringBuilder(place());
        text.append("  process ")
                .append(Values.show(first().process()))
                .append("  ")
                .append(f());
        if (key() != null) {
            text.append(' ').append(Values.show(key()));
        }
        if (argument() != null) {
            text.append(' ').append(Values.show(argument()));
        }
        return text.append(
                        switch (type()) {
                            case OK ->
                                answer() == null || answer().equals(argument())
                                        ? " -> ok"
                                        : " -> " + Values.show(answer());
                            case FAIL -> " -> failed";
                            default -> " -> ? (outcome unknown)";
                        })
                .toString();
    }
}
