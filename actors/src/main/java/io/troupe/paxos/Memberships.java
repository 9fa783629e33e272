package io.troupe.paxos;

import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who decides which instance (Paxos Made Simple, §3): a membership decided in i is in force from i + α on. Until then another
 * that is decided counts for nothing: it was made by a leader that did not know of this one, and would undo it.
 *
 * <p>α is the group's, and every membership that is decided carries it. So who joins, and knows of none before the first that
 * it learns, counts as the others do, whatever the window is that its node founds groups with.
 */
final class Memberships {

    private final TreeMap<Long, Membership> from;
    /** Found last, and in force from here to there: asked for each instance in turn. */
    private @Nullable Membership found;

    private @Nullable Quorums foundQuorums;
    private long foundFrom;
    private long foundThrough;

    Memberships(SortedMap<Long, Membership> from) {
        this.from = new TreeMap<>(from);
    }

    static Memberships founding(Membership founding) {
        TreeMap<Long, Membership> from = new TreeMap<>();
        from.put(0L, founding);
        return new Memberships(from);
    }

    Membership at(long instance) {
        if (found != null && instance >= foundFrom && instance <= foundThrough) {
            return found;
        }
        Map.Entry<Long, Membership> entry = from.floorEntry(Math.max(instance, from.firstKey()));
        Long next = from.higherKey(entry.getKey());
        found = entry.getValue();
        foundQuorums = null;
        foundFrom = entry.getKey();
        foundThrough = next == null ? Long.MAX_VALUE : next - 1;
        return entry.getValue();
    }

    /** Of those who decide this instance. */
    Quorums quorumsAt(long instance) {
        Membership membership = at(instance);
        Quorums quorums = foundQuorums == null ? membership.quorums() : foundQuorums;
        foundQuorums = quorums;
        return quorums;
    }

    /** The first instance beyond this one that another decides; {@code Long.MAX_VALUE} when none is decided yet. */
    long nextChange(long instance) {
        at(instance);
        return foundThrough == Long.MAX_VALUE ? Long.MAX_VALUE : foundThrough + 1;
    }

    /** The last that was decided, in force or not. */
    Membership latest() {
        return from.lastEntry().getValue();
    }

    /** The instance from which {@link #latest} is in force. */
    long latestFrom() {
        return from.lastKey();
    }

    /** @return what comes of it: a change that counts for nothing is a no-op */
    Decrees learn(Decrees decided) {
        Decrees effective = decided;
        for (long i = decided.first(); i <= decided.last(); i++) {
            if (decided.get(i) instanceof Decree.Reconfigure change) {
                if (isInForce(i)) { // Whoever proposed it knew the one before it.
                    decided(i, change.membership());
                } else {
                    effective = effective.withNoOpIn(i);
                }
            }
        }
        return effective;
    }

    private void decided(long instance, Membership membership) {
        from.put(instance + membership.window(), membership);
        found = null;
    }

    /** Whether the latest decides this instance. */
    boolean isInForce(long instance) {
        return instance >= latestFrom();
    }

    /** All that decide instances from this one on. */
    Collection<Membership> since(long instance) {
        return from.tailMap(from.floorKey(Math.max(instance, from.firstKey())), true)
                .values();
    }

    /** Everybody who decides instances from this one on, or is told of them. */
    SortedSet<String> membersSince(long instance) {
        TreeSet<String> all = new TreeSet<>();
        since(instance).forEach(membership -> all.addAll(membership.members()));
        return all;
    }

    /** What a snapshot through {@code instance} must carry; changes decided later are decided again after it. */
    SortedMap<Long, Membership> asOf(long instance) {
        TreeMap<Long, Membership> kept = new TreeMap<>();
        from.forEach((first, membership) -> {
            boolean isDecided = first - membership.window() <= instance;
            if (isDecided) {
                kept.put(first, membership);
            }
        });
        while (kept.size() > 1 && kept.higherKey(kept.firstKey()) <= instance + 1) {
            kept.pollFirstEntry();
        }
        return kept;
    }
}
