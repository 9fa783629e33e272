package io.troupe.chain;

import io.troupe.wire.Wire;

/** What the journal holds of one server. */
sealed interface LogEvent extends Wire {

    /** Updates were added to the history; {@code stable} is what was known then to be durable at every server. */
    record Logged(Updates updates, long stable) implements LogEvent {}

    /** The server acts in this epoch and in none before; of its history it kept what is through {@code kept}. */
    record Entered(Configuration configuration, long kept, long stable) implements LogEvent {}

    /**
     * The history rests on a snapshot, which is in the snapshot storage.
     *
     * @param configuration entered last: earlier events are deleted
     * @param restStays the history beyond the snapshot goes on; else nothing is left of it
     */
    record Rebased(Configuration configuration, Position snapshot, boolean restStays) implements LogEvent {}
}
