package io.troupe.chain;

import java.util.ArrayList;
import java.util.List;

/**
 * Hist of one server (§3): its updates in order, from a base on; what came before is in a snapshot. Within an epoch one
 * head gives indexes, after what it had when the epoch began: so two histories that have the same epoch at an index are the
 * same up to it.
 */
final class History {

    private Position base;
    private List<Update> updates = new ArrayList<>();
    /** What was appended together last: what goes on to the successor as it came. */
    private Updates latest = Updates.none(1);

    History(Position base) {
        this.base = base;
    }

    Position base() {
        return base;
    }

    long lastIndex() {
        return base.index() + updates.size();
    }

    boolean isEmpty() {
        return updates.isEmpty();
    }

    private Update at(long index) {
        return updates.get(Math.toIntExact(index - base.index() - 1));
    }

    /** Of the update at {@code index}, which is the base or beyond it. */
    Position positionAt(long index) {
        return index == base.index() ? base : new Position(index, at(index).epoch());
    }

    /** At the next index. */
    void append(Update update) {
        updates.add(update);
    }

    /** @throws IllegalArgumentException when they do not follow the last */
    void append(Updates more) {
        if (more.first() != lastIndex() + 1) {
            throw new IllegalArgumentException("Appending " + more + " after index " + lastIndex());
        }
        updates.addAll(more.updates());
        latest = more;
    }

    /** From {@code first}, which is beyond the base, through {@code last} or what fits, and at least one. */
    Updates slice(long first, long last, long bytesMax) {
        long end = first;
        for (long bytes = 0; end <= last; end++) {
            bytes += at(end).sizeBytes();
            if (bytes > bytesMax && end > first) {
                break;
            }
        }
        if (first == latest.first() && end - 1 == latest.last()) {
            return latest;
        }
        int from = Math.toIntExact(first - base.index() - 1);
        return Updates.of(first, updates.subList(from, from + Math.toIntExact(end - first)));
    }

    Updates slice(long first, long last) {
        return slice(first, last, Long.MAX_VALUE);
    }

    /** What follows {@code index} is gone. */
    void truncateAfter(long index) {
        if (index < base.index()) {
            throw new IllegalArgumentException(
                    "Keeping what is through " + index + " of a history that begins after " + base);
        }
        if (index < lastIndex()) {
            updates.subList(Math.toIntExact(index - base.index()), updates.size())
                    .clear();
            latest = Updates.none(1);
        }
    }

    /** What is at or below {@code index} is in a snapshot. */
    void forgetThrough(long index) {
        if (index > base.index()) {
            Position newBase = positionAt(index);
            updates = new ArrayList<>(updates.subList(Math.toIntExact(index - base.index()), updates.size()));
            base = newBase;
        }
    }

    /**
     * What is at or below a snapshot, which is at the base or beyond it, is in that. The base may have been known by its index
     * alone until now.
     */
    void restOn(Position snapshot) {
        forgetThrough(snapshot.index());
        base = snapshot;
    }

    /** Nothing is left but what a snapshot holds. */
    void replaceBy(Position snapshot) {
        base = snapshot;
        updates = new ArrayList<>();
        latest = Updates.none(1);
    }

    /** The last place of each epoch above {@code index}, in order: what another server needs to find what both have. */
    List<Position> endsAbove(long index) {
        List<Position> ends = new ArrayList<>();
        for (long i = Math.max(index, base.index()) + 1; i <= lastIndex(); i++) {
            if (i == lastIndex() || at(i + 1).epoch() != at(i).epoch()) {
                ends.add(positionAt(i));
            }
        }
        return ends;
    }

    /**
     * The highest index up to which this history and another are the same.
     *
     * @param stable both have what is through this index
     * @param ends of the other's epochs, above that
     */
    long agreedWith(long stable, List<Position> ends) {
        long agreed = stable;
        for (Position end : ends) {
            long candidate = Math.min(end.index(), lastIndex());
            while (candidate > Math.max(agreed, base.index())
                    && positionAt(candidate).epoch() > end.epoch()) {
                candidate--;
            }
            boolean same = candidate >= base.index() && positionAt(candidate).epoch() == end.epoch();
            agreed = same ? Math.max(agreed, candidate) : agreed;
        }
        return agreed;
    }
}
