package io.troupe.sim.checker;

import org.jspecify.annotations.Nullable;

/**
 * One call by one client.
 *
 * @param id position by invocation, unique in its history
 * @param process the client that called
 * @param output what it answered; null unless the outcome is {@link Outcome#OK}
 * @param invokedAt when the client called, in the history's own order of events
 * @param returnedAt when the client had the answer, or {@link #NEVER}
 */
public record Operation<I, O>(
        int id, int process, I input, @Nullable O output, Outcome outcome, long invokedAt, long returnedAt) {

    /** The return time of an operation whose outcome is unknown: it stays open for ever. */
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (outcome == Outcome.OK && output == null) {
            throw new IllegalArgumentException("operation " + id + " is OK and has no output");
        }
        if (outcome == Outcome.UNKNOWN && returnedAt != NEVER) {
            throw new IllegalArgumentException(
                    "operation " + id + " is UNKNOWN and returned at " + returnedAt + "; it must stay open (NEVER)");
        }
        if (returnedAt <= invokedAt) {
            throw new IllegalArgumentException(
                    "operation " + id + " returned at " + returnedAt + ", not after its invocation at " + invokedAt);
        }
    }

    /** Whether this operation had returned before {@code other} was invoked: the order every witness must keep. */
    public boolean isBefore(Operation<?, ?> other) {
        return returnedAt < other.invokedAt;
    }

    @Override
    public String toString() {
        String end =
                switch (outcome) {
                    case OK -> " -> " + output;
                    case FAIL -> " failed";
                    case UNKNOWN -> " -> ?";
                };
        String until = returnedAt == NEVER ? "…" : Long.toString(returnedAt);
        return "#" + id + " p" + process + " " + input + end + " [" + invokedAt + ", " + until + "]";
    }
}
