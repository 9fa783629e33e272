package io.troupe.persistence.suites;

/** The local snapshot store. */
public class LocalSnapshotSuiteTest extends SnapshotSuite {

    public LocalSnapshotSuiteTest() {
        super(
                """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
                troupe.persistence.snapshot-store.dir = "%s"
                """);
    }
}
