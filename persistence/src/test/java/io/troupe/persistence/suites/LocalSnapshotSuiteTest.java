package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;

/** The local snapshot store. */
public class LocalSnapshotSuiteTest extends JavaSnapshotStoreSpec {

    private final Scratch scratch;

    public LocalSnapshotSuiteTest() {
        this(
                Scratch.of(
                        """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
                troupe.persistence.snapshot-store.dir = "%s"
                """));
    }

    private LocalSnapshotSuiteTest(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
