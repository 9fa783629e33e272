package io.troupe.etcd.watch;

import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.MvccRevisions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The way from the state machine's thread to the {@link WatchHub}'s mailbox, bounded: what does not fit is left
 * out, and the hub learns from {@link #latest} that something was. It then has the affected watches read history.
 */
public final class StoreFeed {

    static final int UNDER_WAY_MAX = 4096;

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong latest = new AtomicLong(MvccRevisions.FIRST);
    private volatile Optional<ActorRef<WatchHub.Changed>> hub = Optional.empty();

    /** Must be called before the state machine runs. */
    void attach(ActorRef<WatchHub.Changed> to) {
        hub = Optional.of(to);
    }

    /** Called by the state machine's thread. */
    public void changed(long revision, List<Change> changes) {
        // First the revision, then the count: when this is left out, the hub has messages yet to take, and after the
        // last of them it sees that the revision is not its own.
        latest.set(revision);
        int count = underWay.get();
        while (count < UNDER_WAY_MAX) {
            if (underWay.compareAndSet(count, count + 1)) {
                tell(new WatchHub.Changed(revision, changes));
                return;
            }
            count = underWay.get();
        }
    }

    /** The state was replaced: everything up to {@code revision} is to be read from history. */
    public void restored(long revision) {
        latest.set(revision);
        underWay.incrementAndGet();
        tell(new WatchHub.Changed(revision, List.of()));
    }

    private void tell(WatchHub.Changed changed) {
        hub.ifPresent(to -> to.tell(changed));
    }

    /** Called by the hub for each message, before it looks at {@link #latest}. Returns how many are yet to come. */
    int taken() {
        return underWay.decrementAndGet();
    }

    /** The revision the store on this node has reached. */
    public long latest() {
        return latest.get();
    }
}
