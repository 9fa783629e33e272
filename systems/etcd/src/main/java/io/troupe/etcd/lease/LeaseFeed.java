package io.troupe.etcd.lease;

import io.troupe.etcd.mvcc.LeaseFacts;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The way from the state machine's thread to the {@link Lessor}, bounded by the number of leases: what came of a lease
 * since the lessor last looked is one entry however often it changed, and one message says that there is something.
 */
public final class LeaseFeed {

    /**
     * A lease there is.
     *
     * @param grantedAt log index of its grant
     */
    record Granted(long ttlSeconds, long grantedAt) {}

    /**
     * What the lessor has not seen yet.
     *
     * @param replaced the state was restored: forget every lease first
     * @param leases by id; empty for one that is gone
     */
    record News(boolean replaced, TreeMap<Long, Optional<Granted>> leases) {}

    /** @param known the lessor may have a lease of this id, so it must hear also that there is none */
    private record Pending(boolean known, Optional<Granted> lease) {}

    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private boolean replaced;
    private boolean told;
    private Optional<ActorRef<Lessor.LeasesChanged>> lessor = Optional.empty();

    /** Must be called before the state machine runs. */
    public synchronized void attach(ActorRef<Lessor.LeasesChanged> to) {
        lessor = Optional.of(to);
    }

    public synchronized void granted(long id, long ttlSeconds, long grantedAt) {
        Pending before = pending.get(id);
        pending.put(id, new Pending(before != null && before.known(), Optional.of(new Granted(ttlSeconds, grantedAt))));
        tell();
    }

    public synchronized void revoked(long id) {
        Pending before = pending.get(id);
        if (before != null && !before.known()) {
            pending.remove(id); // Granted and revoked while the lessor looked elsewhere.
        } else {
            pending.put(id, new Pending(true, Optional.empty()));
            tell();
        }
    }

    /** The state machine was restored: these leases there are, and no others. */
    public synchronized void restored(List<LeaseFacts> leases) {
        pending.clear();
        replaced = true;
        leases.forEach(lease -> pending.put(
                lease.id(), new Pending(false, Optional.of(new Granted(lease.ttlSeconds(), lease.grantedAt())))));
        tell();
    }

    private void tell() {
        if (!told) {
            told = true;
            lessor.ifPresent(to -> to.tell(Lessor.LeasesChanged.INSTANCE));
        }
    }

    /** Entries that wait. */
    synchronized int size() {
        return pending.size();
    }

    /** Called by the lessor when it was told. */
    synchronized News take() {
        var leases = new TreeMap<Long, Optional<Granted>>();
        pending.forEach((id, entry) -> leases.put(id, entry.lease()));
        var news = new News(replaced, leases);
        pending.clear();
        replaced = false;
        told = false;
        return news;
    }
}
