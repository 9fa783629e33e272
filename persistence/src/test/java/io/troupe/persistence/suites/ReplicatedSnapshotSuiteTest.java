package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;

/** The replicated snapshot store, on a group of one. */
public class ReplicatedSnapshotSuiteTest extends JavaSnapshotStoreSpec {

    private final Scratch scratch;

    public ReplicatedSnapshotSuiteTest() {
        this(
                Scratch.of(
                        """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.replicated-snapshot-store"
                troupe.persistence.replicated.dir = "%s"
                """));
    }

    private ReplicatedSnapshotSuiteTest(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
