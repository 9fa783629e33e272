package io.troupe.etcd.lease;

import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Leases by the time they run out. All times are nanoseconds of one monotonic clock that does not wrap. */
final class LeaseClock {

    private record Due(long atNanos, long id) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(id, other.id);
        }
    }

    private static final class Timed {
        final long ttlSeconds;
        final long grantedAt;
        long dueNanos;

        Timed(long ttlSeconds, long grantedAt, long dueNanos) {
            this.ttlSeconds = ttlSeconds;
            this.grantedAt = grantedAt;
            this.dueNanos = dueNanos;
        }
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final TreeMap<Long, Timed> leases = new TreeMap<>();
    private final TreeSet<Due> due = new TreeSet<>();

    /** @param grantedAt tells leases of one id apart */
    void grant(long id, long ttlSeconds, long grantedAt, long nowNanos) {
        revoke(id);
        var timed = new Timed(ttlSeconds, grantedAt, dueAfter(ttlSeconds, nowNanos));
        leases.put(id, timed);
        due.add(new Due(timed.dueNanos, id));
    }

    void revoke(long id) {
        Timed timed = leases.remove(id);
        if (timed != null) {
            due.remove(new Due(timed.dueNanos, id));
        }
    }

    void clear() {
        leases.clear();
        due.clear();
    }

    boolean contains(long id) {
        return leases.containsKey(id);
    }

    /** Where the lease was granted; 0 when there is none. */
    long grantedAt(long id) {
        Timed timed = leases.get(id);
        return timed == null ? 0 : timed.grantedAt;
    }

    /** Begins the TTL anew. Returns it in seconds, or nothing when there is no such lease. */
    OptionalLong renew(long id, long nowNanos) {
        Timed timed = leases.get(id);
        if (timed == null) {
            return OptionalLong.empty();
        }
        postpone(id, dueAfter(timed.ttlSeconds, nowNanos));
        return OptionalLong.of(timed.ttlSeconds);
    }

    void renewAll(long nowNanos) {
        due.clear();
        leases.forEach((id, timed) -> {
            timed.dueNanos = dueAfter(timed.ttlSeconds, nowNanos);
            due.add(new Due(timed.dueNanos, id));
        });
    }

    /** The lease that ran out first, if one has. */
    OptionalLong expired(long nowNanos) {
        return !due.isEmpty() && due.first().atNanos() <= nowNanos
                ? OptionalLong.of(due.first().id())
                : OptionalLong.empty();
    }

    /** Has the lease run out at {@code atNanos}. */
    void postpone(long id, long atNanos) {
        Timed timed = leases.get(id);
        if (timed != null) {
            due.remove(new Due(timed.dueNanos, id));
            timed.dueNanos = atNanos;
            due.add(new Due(atNanos, id));
        }
    }

    /** The ids of all, as the leases run out. */
    List<Long> inOrder() {
        return due.stream().map(Due::id).toList();
    }

    boolean isExpired(long id, long nowNanos) {
        Timed timed = leases.get(id);
        return timed != null && timed.dueNanos <= nowNanos;
    }

    /** Whole seconds left, rounded down; nothing when there is no such lease. */
    OptionalLong remainingSeconds(long id, long nowNanos) {
        Timed timed = leases.get(id);
        return timed == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, (timed.dueNanos - nowNanos) / NANOS_PER_SECOND));
    }

    /** TTLs go up to 9e9 s, about 285 years, and the clock can count to 292. */
    private static long dueAfter(long ttlSeconds, long nowNanos) {
        return nowNanos + Math.min(TimeUnit.SECONDS.toNanos(ttlSeconds), Long.MAX_VALUE - nowNanos);
    }
}
