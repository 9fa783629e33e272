package io.troupe.etcd.mvcc;

import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.bolt.BoltImage;
import io.troupe.etcd.members.Roster;
import java.util.zip.CRC32C;

/** What a replica held at one moment, unchanged by what it has applied since. For any thread. */
public final class FrozenState {

    private final MvccStore.Frozen store;
    private final AuthState auth;
    private final Alarms alarms;
    private final Roster roster;
    private final long importing;

    FrozenState(MvccStore.Frozen store, AuthState auth, Alarms alarms, Roster roster, long importing) {
        this.store = store;
        this.auth = auth;
        this.alarms = alarms;
        this.roster = roster;
        this.importing = importing;
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

    Roster roster() {
        return roster;
    }

    /** What is being imported, or 0. */
    long importing() {
        return importing;
    }

    /** Whether it is a part of a snapshot whose rest is to come: nothing else was ever written then. */
    public boolean isImporting() {
        return importing != 0;
    }

    public long revision() {
        return store.revision();
    }

    /** CRC-32C over every change that is kept, as the database file holds them. Takes as long as reading all of them. */
    public int hash() {
        var hash = new CRC32C();
        var changes = new KeyBucket(store.keys(), store.compacted());
        for (int i = 0; i < changes.count(); i++) {
            hash.update(changes.key(i));
            hash.update(changes.value(i));
        }
        return (int) hash.getValue();
    }

    /** As a database file of etcd 3.4. Takes as long as sorting all changes that are kept, and a reference to each. */
    public BoltImage database() {
        return Database.of(this);
    }
}
