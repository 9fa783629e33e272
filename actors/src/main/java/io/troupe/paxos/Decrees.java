package io.troupe.paxos;

import io.troupe.replication.Decided;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decrees of consecutive instances; those that came from another node with the bytes they came in. */
final class Decrees implements Decided {

    private final long first;
    private final List<Decree> decrees;
    private final long sizeBytes;
    private final Optional<byte[]> encoded;

    private Decrees(long first, List<Decree> decrees, Optional<byte[]> encoded) {
        this.first = first;
        this.decrees = List.copyOf(decrees);
        this.encoded = encoded;
        long bytes = 0;
        for (Decree decree : this.decrees) {
            bytes += decree.sizeBytes();
        }
        this.sizeBytes = bytes;
    }

    static Decrees of(long first, List<Decree> decrees) {
        return new Decrees(first, decrees, Optional.empty());
    }

    static Decrees none(long first) {
        return of(first, List.of());
    }

    /** @param bytes of them by {@link DecreesSerializer}: they go to the disk as they are */
    static Decrees encoded(long first, List<Decree> decrees, byte[] bytes) {
        return new Decrees(first, decrees, Optional.of(bytes));
    }

    long first() {
        return first;
    }

    List<Decree> decrees() {
        return decrees;
    }

    Optional<byte[]> encoded() {
        return encoded;
    }

    /** For who keeps them: the bytes would take as much room again. */
    Decrees withoutBytes() {
        return encoded.isEmpty() ? this : of(first, decrees);
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

    /** Those beyond {@code instance}. */
    Decrees above(long instance) {
        if (instance < first) {
            return this;
        }
        int skipped = (int) Math.min(instance - first + 1, decrees.size());
        return of(instance + 1, decrees.subList(skipped, decrees.size()));
    }

    /** Those at {@code instance} and below it. */
    Decrees through(long instance) {
        return instance >= last() ? this : of(first, decrees.subList(0, (int) Math.max(0, instance - first + 1)));
    }

    Decrees withNoOpIn(long instance) {
        List<Decree> changed = new ArrayList<>(decrees);
        changed.set(Math.toIntExact(instance - first), new Decree.NoOp());
        return of(first, changed);
    }

    long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void inOrder(Visitor visitor) {
        for (int i = 0; i < decrees.size(); i++) {
            visitor.visit(first + i, 0, decrees.get(i));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Decrees that && that.first == first && that.decrees.equals(decrees);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(first) + decrees.hashCode();
    }

    @Override
    public String toString() {
        return isEmpty() ? "no decrees" : "decrees " + first + ".." + last();
    }
}
