package io.troupe.sim.checker.isolation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transaction, as its client saw it.
 *
 * @param id position in the history, from 0
 * @param process the client
 * @param invokedAt position of the invocation in the history; -1 when it is not known
 * @param completedAt position of the completion; {@link Long#MAX_VALUE} when there is none
 * @param label for a reader: where it stands and what it did
 */
public record Txn(
        int id, int process, Status status, List<MicroOp> ops, long invokedAt, long completedAt, String label) {

    public Txn {
        ops = List.copyOf(ops);
    }

    public enum Status {
        /** It committed, and its reads are known. */
        COMMITTED,
        /** It did not commit. */
        ABORTED,
        /** Nobody knows; its reads are not known either. */
        UNKNOWN
    }

    /** One step of a transaction. */
    public sealed interface MicroOp permits Read, Write {
        Object key();
    }

    /** @param value what was read: a list for list-append, else a value; null for nothing */
    public record Read(Object key, @Nullable Object value) implements MicroOp {}

    /** An append of {@code value}, or a write of it; unique for its key. */
    public record Write(Object key, Object value) implements MicroOp {}

    boolean isCommitted() {
        return status == Status.COMMITTED;
    }

    @Override
    public String toString() {
        return label;
    }
}
