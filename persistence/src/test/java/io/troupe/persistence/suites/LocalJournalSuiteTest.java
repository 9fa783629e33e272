package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;

/** The local journal. */
public class LocalJournalSuiteTest extends JavaJournalSpec {

    private final Scratch scratch;

    public LocalJournalSuiteTest() {
        this(
                Scratch.of(
                        """
                pekko.persistence.journal.plugin = "troupe.persistence.journal"
                troupe.persistence.journal.dir = "%s"
                """));
    }

    private LocalJournalSuiteTest(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
