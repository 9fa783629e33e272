package io.troupe.persistence.snapshot;

import io.troupe.persistence.files.DiskFiles;
import io.troupe.persistence.files.LogFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of snapshots that an actor system uses, each once, whatever the number of plugins that are configured with
 * it; locked until the system has terminated.
 */
final class SnapshotDirectories implements Extension {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDirectories.class);
    private static final String LOCK = "LOCK";
    private static final Id ID = new Id();

    private static final class Id extends AbstractExtensionId<SnapshotDirectories> implements ExtensionIdProvider {
        @Override
        public SnapshotDirectories createExtension(ExtendedActorSystem system) {
            return new SnapshotDirectories(system);
        }

        @Override
        public Id lookup() {
            return this;
        }
    }

    /** @param turns in which everything is done with {@code files} */
    record Opened(SnapshotFiles files, Turns turns, Closeable lock) {}

    private final Map<Path, Opened> opened = new HashMap<>();

    private SnapshotDirectories(ExtendedActorSystem system) {
        system.registerOnTermination(this::unlock);
    }

    static SnapshotDirectories get(ActorSystem system) {
        return ID.get(system);
    }

    /**
     * Opens {@code directory} unless it is; it is created when it does not exist.
     *
     * @param disk on which the files are read and written
     * @throws io.troupe.persistence.files.DirectoryInUseException when another actor system has it
     */
    synchronized Opened open(Path directory, Executor disk) throws IOException {
        Path path = directory.toAbsolutePath().normalize();
        Opened known = opened.get(path);
        if (known == null) {
            LogFiles files = new DiskFiles(path);
            known = new Opened(new SnapshotFiles(files), new Turns(disk), files.lock(LOCK));
            opened.put(path, known);
        }
        return known;
    }

    private synchronized void unlock() {
        opened.forEach((path, each) -> {
            try {
                each.lock().close();
            } catch (IOException e) {
                LOG.warn("The directory of snapshots {} stays locked until this process ends", path, e);
            }
        });
        opened.clear();
    }
}
