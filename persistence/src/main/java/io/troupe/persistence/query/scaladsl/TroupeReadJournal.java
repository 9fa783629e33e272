package io.troupe.persistence.query.scaladsl;

import io.troupe.persistence.query.JournalQueries;
import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.PersistenceIdsQuery;
import org.apache.pekko.stream.scaladsl.Source;

/** The Scala side of the read journal; offsets are sequence numbers. */
public final class TroupeReadJournal
        implements CurrentEventsByPersistenceIdQuery,
                EventsByPersistenceIdQuery,
                CurrentPersistenceIdsQuery,
                PersistenceIdsQuery {

    /** The path of the read journal's configuration, for {@code PersistenceQuery}. */
    public static final String IDENTIFIER = "troupe.persistence.query";

    private final JournalQueries queries;

    /** Obtained from {@code PersistenceQuery}. */
    public TroupeReadJournal(JournalQueries queries) {
        this.queries = queries;
    }

    /** Events from {@code fromSequenceNr} to {@code toSequenceNr}, both included, as far as they are durable now. */
    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return queries.events(persistenceId, fromSequenceNr, toSequenceNr, false)
                .asScala();
    }

    /** As the current ones, then those that are persisted, until {@code toSequenceNr}. */
    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return queries.events(persistenceId, fromSequenceNr, toSequenceNr, true).asScala();
    }

    /** Every persistence id that has events now, or had. */
    @Override
    public Source<String, NotUsed> currentPersistenceIds() {
        return queries.persistenceIds(false).asScala();
    }

    /** As the current ones, then new ones; never completes. */
    @Override
    public Source<String, NotUsed> persistenceIds() {
        return queries.persistenceIds(true).asScala();
    }
}
