package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.isolation.IsolationLevel;
import java.util.Optional;

/**
 * What the command line says about the judging.
 *
 * @param initial the object's value before the first operation, as given; empty for the model's own
 * @param consistency the level that transactions are judged against
 */
record Settings(
        Convention convention,
        Partition partition,
        Limits limits,
        Optional<Object> initial,
        IsolationLevel consistency,
        Progress progress) {

    /** Takes word of what is being done, for a person who waits. */
    interface Progress {
        void stage(String what);
    }
}
