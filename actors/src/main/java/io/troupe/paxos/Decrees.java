package io.troupe.paxos;

import io.troupe.replication.Decided;
import java.util.ArrayList;
import java.util.List;

/** Decrees of consecutive instances. */
record Decrees(long first, List<Decree> decrees) implements Decided {

    Decrees {
        decrees = List.copyOf(decrees);
    }

    static Decrees none(long first) {
        return new Decrees(first, List.of());
    }

    /** One below the first when there are none. */
    long last() {
        return first + decrees.size() - 1;
    }

    boolean isEmpty() {
        return decrees.isEmpty();
    }

    Decree get(long instance) {
        return decrees.get(Math.toIntExact(instance - first));
    }

    Decrees withNoOpIn(long instance) {
        List<Decree> changed = new ArrayList<>(decrees);
        changed.set(Math.toIntExact(instance - first), new Decree.NoOp());
        return new Decrees(first, changed);
    }

    long sizeBytes() {
        long bytes = 0;
        for (Decree decree : decrees) {
            bytes += decree.sizeBytes();
        }
        return bytes;
    }

    @Override
    public void inOrder(Visitor visitor) {
        for (int i = 0; i < decrees.size(); i++) {
            visitor.visit(first + i, 0, decrees.get(i));
        }
    }

    @Override
    public String toString() {
        return isEmpty() ? "no decrees" : "decrees " + first + ".." + last();
    }
}
