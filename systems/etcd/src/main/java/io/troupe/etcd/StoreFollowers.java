package io.troupe.etcd;

import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.etcd.watch.StoreFeed;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** Tells a node's watches and its lessor what the node's state machine did. */
record StoreFollowers(StoreFeed watches, ActorRef<Lessor.Command> lessor) implements StoreListener {

    @Override
    public void onChanges(long revision, List<Change> changes) {
        watches.changed(revision, changes);
    }

    @Override
    public void onLeaseGranted(long id, long ttlSeconds) {
        lessor.tell(new Lessor.LeaseGranted(id, ttlSeconds));
    }

    @Override
    public void onLeaseRevoked(long id) {
        lessor.tell(new Lessor.LeaseRevoked(id));
    }

    @Override
    public void onRestored(long revision, List<LeaseFacts> leases) {
        watches.restored(revision);
        lessor.tell(new Lessor.LeasesRestored(leases));
    }
}
