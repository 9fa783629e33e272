package io.troupe.persistence.suites;

/** The replicated snapshot store, on a group of one. */
public class ReplicatedSnapshotSuiteTest extends SnapshotSuite {

    public ReplicatedSnapshotSuiteTest() {
        super(
                """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.replicated-snapshot-store"
                troupe.persistence.replicated.dir = "%s"
                """);
    }
}
