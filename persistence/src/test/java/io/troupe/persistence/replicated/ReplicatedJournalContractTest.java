package io.troupe.persistence.replicated;

import io.troupe.persistence.journal.JournalContract;
import java.nio.file.Path;

/** A group of one, with pages so small that a replay takes some. */
class ReplicatedJournalContractTest extends JournalContract {

    @Override
    protected String config(Path directory) {
        return """
                pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal"
                troupe.persistence.replicated { dir = "%s", page-size = 1 KiB }
                """
                .formatted(directory);
    }
}
