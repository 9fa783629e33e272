package io.troupe.etcd.mvcc;

import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.bolt.BoltImage;

/** What a replica held at one moment, unchanged by what it has applied since. For any thread. */
public final class FrozenState {

    private final MvccStore.Frozen store;
    private final AuthState auth;
    private final Alarms alarms;

    FrozenState(MvccStore.Frozen store, AuthState auth, Alarms alarms) {
        this.store = store;
        this.auth = auth;
        this.alarms = alarms;
    }

    MvccStore.Frozen store() {
        return store;
    }

    AuthState auth() {
        return auth;
    }

    Alarms alarms() {
        return alarms;
    }

    public long revision() {
        return store.revision();
    }

    /** As a database file of etcd 3.4. Takes as long as sorting all changes that are kept, and a reference to each. */
    public BoltImage database() {
        return Database.of(this);
    }
}
