package io.troupe.replication.paper;

import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;

/** A disk that is slow for as long as a test wants. */
public final class HeldWrites {

    private HeldWrites() {}

    /** Writes to the journal end only after the runnable that this gives has run. */
    public static Runnable of(PersistenceTestKit disk) {
        Door door = new Door();
        disk.withPolicy(new ProcessingPolicy<JournalOperation>() {
            @Override
            public ProcessingResult tryProcess(String persistenceId, JournalOperation operation) {
                if (operation instanceof WriteEvents) {
                    door.pass();
                }
                return ProcessingSuccess.getInstance();
            }
        });
        return door::open;
    }
}
