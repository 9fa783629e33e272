package io.troupe.etcd.mvcc;

/** Revisions that mean something to others than the store. */
public final class MvccRevisions {

    /** Of an empty store. */
    public static final long FIRST = MvccStore.FIRST_REVISION;

    /** Of a store that was never compacted. */
    public static final long NEVER_COMPACTED = MvccStore.NEVER_COMPACTED;

    private MvccRevisions() {}
}
