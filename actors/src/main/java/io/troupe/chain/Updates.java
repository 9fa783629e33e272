package io.troupe.chain;

import io.troupe.replication.Decided;
import java.util.List;
import java.util.Optional;

/** Updates of consecutive indexes; those that came from another server with the bytes they came in. */
final class Updates implements Decided {

    private final long first;
    private final List<Update> updates;
    private final Optional<byte[]> encoded;

    private Updates(long first, List<Update> updates, Optional<byte[]> encoded) {
        this.first = first;
        this.updates = List.copyOf(updates);
        this.encoded = encoded;
    }

    static Updates of(long first, List<Update> updates) {
        return new Updates(first, updates, Optional.empty());
    }

    /** @param bytes of them by {@link UpdatesSerializer}: they go to the disk and to the successor as they are */
    static Updates encoded(long first, List<Update> updates, byte[] bytes) {
        return new Updates(first, updates, Optional.of(bytes));
    }

    static Updates none(long first) {
        return of(first, List.of());
    }

    long first() {
        return first;
    }

    List<Update> updates() {
        return updates;
    }

    Optional<byte[]> encoded() {
        return encoded;
    }

    /** One below the first when there are none. */
    long last() {
        return first + updates.size() - 1;
    }

    Update at(long index) {
        return updates.get(Math.toIntExact(index - first));
    }

    boolean isEmpty() {
        return updates.isEmpty();
    }

    long sizeBytes() {
        long bytes = 0;
        for (Update update : updates) {
            bytes += update.sizeBytes();
        }
        return bytes;
    }

    /** Those above {@code index}. */
    Updates above(long index) {
        if (index < first) {
            return this;
        }
        int skipped = (int) Math.min(index - first + 1, updates.size());
        return of(first + skipped, updates.subList(skipped, updates.size()));
    }

    @Override
    public void inOrder(Visitor visitor) {
        long index = first;
        for (Update update : updates) {
            visitor.visit(index++, update.epoch(), update.request());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Updates that && that.first == first && that.updates.equals(updates);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(first) + updates.hashCode();
    }

    @Override
    public String toString() {
        return isEmpty() ? "no updates" : "updates " + first + ".." + last();
    }
}
