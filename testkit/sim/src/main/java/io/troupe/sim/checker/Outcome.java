package io.troupe.sim.checker;

/** How an operation ended, as its client knows (Jepsen's {@code :ok}, {@code :fail}, {@code :info}). */
public enum Outcome {
    /** It happened, and this is what it answered. */
    OK,
    /** It did not happen and never will. */
    FAIL,
    /** It may have happened, may happen at any later time, or never: no answer, a time-out, a lost connection. */
    UNKNOWN
}
