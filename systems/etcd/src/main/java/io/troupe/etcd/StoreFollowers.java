package io.troupe.etcd;

import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.corruption.HashFeed;
import io.troupe.etcd.gateway.FrozenStates;
import io.troupe.etcd.gateway.Quota;
import io.troupe.etcd.lease.LeaseFeed;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.members.RosterView;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.FrozenState;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.etcd.watch.StoreFeed;
import java.util.List;
import java.util.function.Supplier;

/** Tells a node's watches, its lessor and its gateway what the node's state machine did. */
record StoreFollowers(
        StoreFeed watches,
        LeaseFeed leases,
        AuthView auth,
        FrozenStates frozen,
        Quota quota,
        RosterView roster,
        HashFeed hashes)
        implements StoreListener {

    @Override
    public void onChanges(long revision, List<Change> changes) {
        watches.changed(revision, changes);
    }

    @Override
    public void onLeaseGranted(long id, long ttlSeconds, long grantedAt) {
        leases.granted(id, ttlSeconds, grantedAt);
    }

    @Override
    public void onLeaseRevoked(long id) {
        leases.revoked(id);
    }

    @Override
    public void onRestored(long revision, List<LeaseFacts> restored) {
        watches.restored(revision);
        leases.restored(restored);
    }

    @Override
    public void onAuthChanged(AuthState state) {
        auth.onChanged(state);
    }

    @Override
    public void onAuthenticated(String user, String token) {
        auth.tokens().onAssigned(user, token);
    }

    @Override
    public void onSize(long bytes) {
        quota.onSize(bytes);
    }

    @Override
    public void onAlarmsChanged(Alarms alarms) {
        quota.onAlarms(alarms);
    }

    @Override
    public void onRosterChanged(Roster now) {
        roster.onChanged(now);
    }

    @Override
    public void onHashPoint(long id, Supplier<FrozenState> state) {
        hashes.onPoint(id, state);
    }

    @Override
    public void onHashClaim(long id, int hash) {
        hashes.onClaim(id, hash);
    }

    @Override
    public void onFrozen(long ticket, FrozenState state) {
        frozen.onFrozen(ticket, state);
    }
}
