package io.troupe.persistence.suites;

import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;

/** Pekko's suite of journals, on one of ours. */
abstract class JournalSuite extends JavaJournalSpec {

    private final Scratch scratch;

    /** @param plugin as of {@link Scratch#of} */
    JournalSuite(String plugin) {
        this(Scratch.of(plugin));
    }

    private JournalSuite(Scratch scratch) {
        super(scratch.config());
        this.scratch = scratch;
    }

    @Override
    public void afterAll() {
        super.afterAll();
        scratch.delete();
    }
}
