package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;

/** Pekko's suite of snapshot stores, on one of ours. */
abstract class SnapshotSuite extends JavaSnapshotStoreSpec {

    private final Scratch scratch;

    /** @param plugin as of {@link Scratch#of} */
    SnapshotSuite(String plugin) {
        this(Scratch.of(plugin));
    }

    private SnapshotSuite(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
