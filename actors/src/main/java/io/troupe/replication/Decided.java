package io.troupe.replication;

/** A run of operations that are decided, with nothing missing between the first and the last. */
@FunctionalInterface
public interface Decided {

    /** Takes one operation after the other. */
    @FunctionalInterface
    interface Visitor {
        /** @param term term, ballot round, or view that the replica knows it from; 0 when it does not matter to the engine */
        void visit(long index, long term, Operation operation);
    }

    void inOrder(Visitor visitor);
}
