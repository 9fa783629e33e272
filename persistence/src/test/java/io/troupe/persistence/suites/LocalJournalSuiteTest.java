package io.troupe.persistence.suites;

/** The local journal. */
public class LocalJournalSuiteTest extends JournalSuite {

    public LocalJournalSuiteTest() {
        super(
                """
                pekko.persistence.journal.plugin = "troupe.persistence.journal"
                troupe.persistence.journal.dir = "%s"
                """);
    }
}
