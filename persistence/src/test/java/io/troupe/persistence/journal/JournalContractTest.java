package io.troupe.persistence.journal;

import java.nio.file.Path;

/** The local journal, in segments so small that they matter. */
class JournalContractTest extends JournalContract {

    @Override
    protected String config(Path directory) {
        return """
                pekko.persistence.journal.plugin = "troupe.persistence.journal"
                troupe.persistence.journal.dir = "%s"
                troupe.persistence.journal.segment-size = 4 KiB
                """
                .formatted(directory);
    }
}
