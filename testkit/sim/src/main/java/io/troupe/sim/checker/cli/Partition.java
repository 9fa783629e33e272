package io.troupe.sim.checker.cli;

/** Whether a history is judged in parts. */
public enum Partition {
    /** By key where the model has keys, or where values are marked as Jepsen's independent tuples. */
    AUTO,
    /** By key; for a model without keys, every value is a tuple {@code [key value]}. */
    KEY,
    /** As a whole. */
    NONE
}
