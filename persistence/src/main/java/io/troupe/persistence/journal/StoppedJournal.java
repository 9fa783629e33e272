package io.troupe.persistence.journal;

import io.troupe.persistence.log.StoppedLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.PersistentRepr;

/** The journal of an actor system that does not run; nothing in its directory is changed. */
public final class StoppedJournal implements Closeable {

    /** Takes one event after the other. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Object event) throws IOException;
    }

    private final Path directory;
    private final StoppedLog log;
    private final EventCodec codec;

    private StoppedJournal(Path directory, StoppedLog log, EventCodec codec) {
        this.directory = directory;
        this.log = log;
        this.codec = codec;
    }

    /**
     * @param system whose serializers read the events
     * @throws io.troupe.persistence.log.DamagedLogException when acknowledged events cannot be read
     */
    public static StoppedJournal open(Path directory, ClassicActorSystemProvider system) throws IOException {
        var codec = new EventCodec((ExtendedActorSystem) system.classicSystem());
        return new StoppedJournal(directory, StoppedLog.open(directory), codec);
    }

    /** Whose events there are, in the order of their first. */
    public List<String> persistenceIds() {
        return log.streams();
    }

    /**
     * Shows {@code visitor} the events of {@code persistenceId} that are not deleted, in the order in which they were written.
     *
     * @throws io.troupe.persistence.log.DamagedLogException when acknowledged events cannot be read
     * @throws IOException also when there never was an event of that id: tells whose there are
     */
    public void replay(String persistenceId, Visitor visitor) throws IOException {
        if (!persistenceIds().contains(persistenceId)) {
            throw new IOException("The journal in " + directory + " has no event of " + persistenceId + ", only of "
                    + persistenceIds());
        }
        long lowest = log.deletedTo(persistenceId) + 1;
        log.read(persistenceId, (first, last, payload) -> {
            for (PersistentRepr event : codec.decode(persistenceId, payload, lowest, Long.MAX_VALUE)) {
                visitor.visit(event.payload());
            }
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
