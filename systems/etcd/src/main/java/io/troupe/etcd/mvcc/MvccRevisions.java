package io.troupe.etcd.mvcc;

/** Revisions that mean something to others than the store. */
public final class MvccRevisions {

    /** Of an empty store. */
    public static final long FIRST = MvccStore.FIRST_REVISION;

    private MvccRevisions() {}
}
