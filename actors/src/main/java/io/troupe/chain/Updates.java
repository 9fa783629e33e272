package io.troupe.chain;

import io.troupe.replication.Decided;
import java.util.List;

/** Updates of consecutive indexes. */
record Updates(long first, List<Update> updates) implements Decided {

    Updates {
        updates = List.copyOf(updates);
    }

    static Updates none(long first) {
        return new Updates(first, List.of());
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
        return new Updates(first + skipped, updates.subList(skipped, updates.size()));
    }

    @Override
    public void inOrder(Visitor visitor) {
        long index = first;
        for (Update update : updates) {
            visitor.visit(index++, update.epoch(), update.request());
        }
    }

    @Override
    public String toString() {
        return isEmpty() ? "no updates" : "updates " + first + ".." + last();
    }
}
