package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;

/** The replicated journal, on a group of one. */
public class ReplicatedJournalSuiteTest extends JavaJournalSpec {

    private final Scratch scratch;

    public ReplicatedJournalSuiteTest() {
        this(
                Scratch.of(
                        """
                pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal"
                troupe.persistence.replicated.dir = "%s"
                """));
    }

    private ReplicatedJournalSuiteTest(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
