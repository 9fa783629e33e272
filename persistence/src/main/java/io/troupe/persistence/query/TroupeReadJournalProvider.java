package io.troupe.persistence.query;

import com.typesafe.config.Config;
import java.io.IOException;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.query.ReadJournalProvider;

/** Makes the read journals of {@code troupe.persistence.query}, for {@code PersistenceQuery}. */
public final class TroupeReadJournalProvider implements ReadJournalProvider {

    private final JournalQueries queries;

    /** @throws IOException when the journal cannot be opened */
    public TroupeReadJournalProvider(ExtendedActorSystem system, Config config) throws IOException {
        this.queries = JournalQueries.of(system, config);
    }

    @Override
    public io.troupe.persistence.query.scaladsl.TroupeReadJournal scaladslReadJournal() {
        return new io.troupe.persistence.query.scaladsl.TroupeReadJournal(queries);
    }

    @Override
    public io.troupe.persistence.query.javadsl.TroupeReadJournal javadslReadJournal() {
        return new io.troupe.persistence.query.javadsl.TroupeReadJournal(queries);
    }
}
