package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.troupe.etcd.EtcdError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The replicated half of leases: which exist, with what TTL, and what keys are attached. When one expires is
 * the lessor's matter; this table only refuses a lessor that has been succeeded.
 */
final class LeaseTable {

    /** Seconds. The member that is asked has made it more already, by its own timing. */
    static final long TTL_MIN = 1;

    /** Seconds. */
    static final long TTL_MAX = 9_000_000_000L;

    /** Where a lease was granted, of one restored from a snapshot that did not say so. */
    static final long UNKNOWN = 0;

    /** What one takes on the heap without keys, with what leads to it here and at the lessor. */
    private static final int ACCOUNTED_BYTES = 384;

    /** A lease. Its keys are edited in place: a frozen view uses the other fields alone. */
    static final class Lease {
        final long id;
        final long ttlSeconds;
        /** Log index of the command that granted it, or {@link #UNKNOWN}. */
        final long grantedAt;

        final TreeSet<ByteString> keys = new TreeSet<>(KeyRange.KEY_ORDER);

        Lease(long id, long ttlSeconds, long grantedAt) {
            this.id = id;
            this.ttlSeconds = ttlSeconds;
            this.grantedAt = grantedAt;
        }
    }

    private CowTree<Long, Lease> leases = new CowTree<>(Comparator.naturalOrder());
    private long lessorTerm;

    Optional<EtcdError> mayGrant(long id, long ttlSeconds) {
        if (id == 0) {
            return Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        if (ttlSeconds > TTL_MAX) {
            return Optional.of(EtcdError.LEASE_TTL_TOO_LARGE);
        }
        return contains(id) ? Optional.of(EtcdError.LEASE_EXISTS) : Optional.empty();
    }

    Lease grant(long id, long ttlSeconds, long grantedAt) {
        var lease = new Lease(id, Math.max(TTL_MIN, ttlSeconds), grantedAt);
        leases.put(id, lease);
        return lease;
    }

    boolean contains(long id) {
        return leases.get(id) != null;
    }

    /** Whether the id's present lease is the one granted there; yes when either side cannot tell. */
    boolean isGrantedAt(long id, long grantedAt) {
        Lease lease = leases.get(id);
        return lease != null && (lease.grantedAt == grantedAt || lease.grantedAt == UNKNOWN || grantedAt == UNKNOWN);
    }

    @Nullable Lease get(long id) {
        return leases.get(id);
    }

    void remove(long id) {
        leases.remove(id);
    }

    void attach(long id, ByteString key) {
        Lease lease = leases.get(id);
        if (lease != null) {
            lease.keys.add(key);
        }
    }

    void detach(long id, ByteString key) {
        Lease lease = leases.get(id);
        if (lease != null) {
            lease.keys.remove(key);
        }
    }

    boolean isEmpty() {
        return leases.size() == 0;
    }

    long accountedBytes() {
        return (long) leases.size() * ACCOUNTED_BYTES;
    }

    List<Lease> all() {
        List<Lease> all = new ArrayList<>(leases.size());
        leases.forRange(null, null, (id, lease) -> all.add(lease));
        return all;
    }

    CowTree<Long, Lease> freeze() {
        return leases.freeze();
    }

    long lessorTerm() {
        return lessorTerm;
    }

    /** From now on only the lessor of this term, or a later one, may expire leases. */
    void promote(long term) {
        lessorTerm = Math.max(lessorTerm, term);
    }

    boolean mayExpire(long term) {
        return term >= lessorTerm;
    }
}
