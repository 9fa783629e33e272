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

    /** Seconds; shorter ones are granted this, since an election may take as long (etcd's default timing). */
    static final long TTL_MIN = 2;

    /** Seconds. */
    static final long TTL_MAX = 9_000_000_000L;

    /** A lease. Its keys are edited in place: a frozen view uses only the id and the TTL. */
    static final class Lease {
        final long id;
        final long ttlSeconds;
        final TreeSet<ByteString> keys = new TreeSet<>(KeyRange.KEY_ORDER);

        Lease(long id, long ttlSeconds) {
            this.id = id;
            this.ttlSeconds = ttlSeconds;
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

    Lease grant(long id, long ttlSeconds) {
        var lease = new Lease(id, Math.max(TTL_MIN, ttlSeconds));
        leases.put(id, lease);
        return lease;
    }

    boolean contains(long id) {
        return leases.get(id) != null;
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
