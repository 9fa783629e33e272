package io.troupe.persistence.query;

import com.typesafe.config.Config;
import io.troupe.persistence.PluginDefaults;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.journal.OpenJournal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.EventAdapters;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.stream.javadsl.Source;
import scala.Option;
import scala.concurrent.ExecutionContext;
import scala.jdk.javaapi.CollectionConverters;

/** The queries behind both DSLs. */
public final class JournalQueries {

    private final OpenJournal journal;
    private final EventAdapters adapters;
    private final int pageSize;

    private JournalQueries(OpenJournal journal, EventAdapters adapters, int pageSize) {
        this.journal = journal;
        this.adapters = adapters;
        this.pageSize = pageSize;
    }

    static JournalQueries of(ExtendedActorSystem system, Config own) throws IOException {
        Config config = PluginDefaults.of(own, system.settings().config(), "troupe.persistence.query");
        String path = config.getString("journal");
        int pageSize = config.getInt("page-size");
        if (pageSize < 1) {
            throw new IllegalArgumentException(
                    "page-size = " + pageSize + " of the read journal is not possible, right would be 1 or more");
        }
        return new JournalQueries(
                Journals.get(system).open(path), Persistence.get(system).adaptersFor(path), pageSize);
    }

    /** Events in the order of their sequence numbers; {@code live} goes on with those that come. */
    public Source<EventEnvelope, NotUsed> events(String persistenceId, long from, long to, boolean live) {
        return Source.fromGraph(new EventsSource(this, persistenceId, from, to, live));
    }

    /** Persistence ids in the order of their first event; {@code live} goes on with new ones. */
    public Source<String, NotUsed> persistenceIds(boolean live) {
        return Source.fromGraph(new PersistenceIdsSource(journal, pageSize, live));
    }

    OpenJournal journal() {
        return journal;
    }

    ExecutionContext disk() {
        return journal.replays();
    }

    /**
     * Events read together.
     *
     * @param next the sequence number to go on from
     * @param isLast whether there were no more when the page was read
     * @param isEnd whether there will never be more, up to the sequence number that was asked for
     */
    record Page(List<EventEnvelope> events, long next, boolean isLast, boolean isEnd) {}

    /** Reads the page of events that begins at {@code from}. Blocks on the disk. */
    Page page(String persistenceId, long from, long to) throws IOException {
        List<EventEnvelope> events = new ArrayList<>();
        long durable = journal.durableSequenceNr(persistenceId);
        long[] next = {from};
        long read = journal.replay(persistenceId, from, to, pageSize, event -> {
            next[0] = Math.max(next[0], event.sequenceNr() + 1);
            envelopes(event, events);
        });
        boolean isLast = read < pageSize;
        return new Page(events, next[0], isLast, isLast && durable >= to);
    }

    private void envelopes(PersistentRepr stored, List<EventEnvelope> into) {
        if (stored.deleted()) {
            return;
        }
        var adapted = adapters.get(stored.payload().getClass()).fromJournal(stored.payload(), stored.manifest());
        for (Object event : CollectionConverters.asJava(adapted.events())) {
            Option<Object> metadata = stored.metadata();
            into.add(new EventEnvelope(
                    Offset.sequence(stored.sequenceNr()),
                    stored.persistenceId(),
                    stored.sequenceNr(),
                    event,
                    stored.timestamp(),
                    metadata));
        }
    }
}
