package io.troupe.persistence.journal;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal directories an actor system has open, each once; closed when the system has terminated. A node that wants
 * to refuse to start on a damaged or locked directory calls {@link #open(String)} before it starts anything else.
 */
public final class Journals implements Extension {

    private static final Logger LOG = LoggerFactory.getLogger(Journals.class);
    private static final Id ID = new Id();

    private static final class Id extends AbstractExtensionId<Journals> implements ExtensionIdProvider {
        @Override
        public Journals createExtension(ExtendedActorSystem system) {
            return new Journals(system);
        }

        @Override
        public Id lookup() {
            return this;
        }
    }

    private final ExtendedActorSystem system;
    private final Map<Path, OpenJournal> open = new HashMap<>();
    private Machine machine = Machine.REAL;

    private Journals(ExtendedActorSystem system) {
        this.system = system;
        system.registerOnTermination(this::closeAll);
    }

    public static Journals get(ClassicActorSystemProvider system) {
        return ID.get(system);
    }

    /** Opens journals on {@code other} from now on; for simulations. */
    public synchronized void use(Machine other) {
        machine = other;
    }

    /** Lets go of a journal without closing anything, as a crash does; for simulations. */
    synchronized void abandon(Path directory) {
        open.remove(directory.toAbsolutePath().normalize());
    }

    /** {@link #open(Config)} for the plugin that is configured at {@code path}. */
    public OpenJournal open(String path) throws IOException {
        return open(system.settings().config().getConfig(path));
    }

    /**
     * The journal that {@code config} describes, opened unless it is.
     *
     * @throws io.troupe.persistence.files.DirectoryInUseException when another actor system has the directory
     * @throws io.troupe.persistence.log.DamagedLogException when acknowledged events cannot be read
     */
    public synchronized OpenJournal open(Config config) throws IOException {
        JournalSettings settings = JournalSettings.of(config, system.settings().config());
        Path directory = settings.directory().toAbsolutePath().normalize();
        OpenJournal journal = open.get(directory);
        if (journal == null) {
            journal = new OpenJournal(settings, machine, system);
            open.put(directory, journal);
        }
        return journal;
    }

    private synchronized void closeAll() {
        open.forEach((directory, journal) -> {
            try {
                journal.close();
            } catch (IOException e) {
                LOG.warn("Closing the journal in {} failed; the next start will recover it", directory, e);
            }
        });
        open.clear();
    }

    /** The system this belongs to. */
    public ActorSystem system() {
        return system;
    }
}
