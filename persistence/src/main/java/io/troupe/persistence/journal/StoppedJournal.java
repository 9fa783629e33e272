package io.troupe.persistence.journal;

import io.troupe.persistence.log.StoppedLog;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.PersistentRepr;

/** The journal of an actor system that does not run; nothing in its directory is changed. */
public final class StoppedJournal {

    /** Takes one event after the other. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Object event) throws IOException;
    }

    private StoppedJournal() {}

    /**
     * Shows {@code visitor} the events of {@code persistenceId} that are not deleted, in the order in which they were written.
     *
     * @param system whose serializers read them
     * @throws io.troupe.persistence.log.DamagedLogException when acknowledged events cannot be read
     * @throws IOException also when there never was an event of that id: tells whose there are
     */
    public static void replay(Path directory, String persistenceId, ClassicActorSystemProvider system, Visitor visitor)
            throws IOException {
        var codec = new EventCodec((ExtendedActorSystem) system.classicSystem());
        try (StoppedLog log = StoppedLog.open(directory)) {
            if (!log.streams().contains(persistenceId)) {
                throw new IOException("The journal in " + directory + " has no event of " + persistenceId + ", only of "
                        + log.streams());
            }
            long lowest = log.deletedTo(persistenceId) + 1;
            log.read(persistenceId, (first, last, payload) -> {
                for (PersistentRepr event : codec.decode(persistenceId, payload, lowest, Long.MAX_VALUE)) {
                    visitor.visit(event.payload());
                }
                return true;
            });
        }
    }
}
