package io.troupe.persistence.suites;

/** The replicated journal, on a group of one. */
public class ReplicatedJournalSuiteTest extends JournalSuite {

    public ReplicatedJournalSuiteTest() {
        super(
                """
                pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal"
                troupe.persistence.replicated.dir = "%s"
                """);
    }
}
