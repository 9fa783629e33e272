package io.troupe.persistence.snapshot;

import com.typesafe.config.Config;
import io.troupe.persistence.files.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;

/**
 * The snapshot store plugin ({@code troupe.persistence.snapshot-store}). A snapshot is confirmed when it is durable. A
 * damaged one is passed over, with a warning, for the next older; when all that fit are damaged the load fails, because
 * the events they stand for may be deleted. The body of a file is {@link SnapshotCodec}'s.
 */
public final class TroupeSnapshotStore extends SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(TroupeSnapshotStore.class);

    private final SnapshotFiles files;
    private final SnapshotCodec codec;
    private final ExecutionContext disk;

    /** Saves under way; their temporary files are no leftovers. */
    private final Set<SnapshotMetadata> saving = new HashSet<>();

    public TroupeSnapshotStore(Config config) throws IOException {
        ActorSystem system = context().system();
        String directory = config.getString("dir");
        if (directory.isBlank()) {
            throw new IllegalArgumentException("dir = '' of the snapshot store is not possible, right would be the path"
                    + " of a directory on a local disk, such as troupe.persistence.snapshot-store.dir ="
                    + " \"data/snapshots\"");
        }
        this.files = new SnapshotFiles(new DiskFiles(Path.of(directory)));
        this.codec = new SnapshotCodec(system);
        this.disk = system.dispatchers().lookup(config.getString("disk-dispatcher"));
    }

    private <T> Future<T> onDisk(Callable<T> work) {
        return Futures.future(work, disk);
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return onDisk(() -> {
            deleteLeftovers(persistenceId);
            return load(persistenceId, criteria);
        });
    }

    private void deleteLeftovers(String persistenceId) throws IOException {
        synchronized (saving) {
            if (saving.stream().noneMatch(save -> save.persistenceId().equals(persistenceId))) {
                files.deleteLeftovers(persistenceId);
            }
        }
    }

    private Optional<SelectedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria)
            throws IOException {
        List<SnapshotName> candidates = new ArrayList<>(files.find(persistenceId, name -> name.matches(criteria)));
        IOException damage = null;
        while (!candidates.isEmpty()) {
            SnapshotName newest = candidates.remove(candidates.size() - 1);
            try {
                return Optional.of(decode(persistenceId, newest, files.load(persistenceId, newest)));
            } catch (IOException e) {
                LOG.warn(
                        "Snapshot {} of {} cannot be read; {} older ones are left to try",
                        newest.fileName(),
                        persistenceId,
                        candidates.size(),
                        e);
                if (damage == null) {
                    damage = e;
                }
            }
        }
        if (damage != null) {
            throw damage;
        }
        return Optional.empty();
    }

    private SelectedSnapshot decode(String persistenceId, SnapshotName name, byte[] body) throws IOException {
        SelectedSnapshot snapshot = codec.decode(body);
        SnapshotMetadata metadata = snapshot.metadata();
        if (!metadata.persistenceId().equals(persistenceId) || metadata.sequenceNr() != name.sequenceNr()) {
            throw new DamagedSnapshotException(
                    files.describe(persistenceId) + "/" + name.fileName(), "it is a snapshot of " + metadata);
        }
        return snapshot;
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        synchronized (saving) {
            saving.add(metadata);
        }
        return onDisk(() -> {
            try {
                SnapshotName name = new SnapshotName(metadata.sequenceNr(), metadata.timestamp());
                files.save(metadata.persistenceId(), name, codec.encode(metadata, snapshot));
                return null;
            } finally {
                synchronized (saving) {
                    saving.remove(metadata);
                }
            }
        });
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return onDisk(() -> {
            files.delete(
                    metadata.persistenceId(),
                    name -> name.sequenceNr() == metadata.sequenceNr()
                            && (metadata.timestamp() == 0 || name.timestamp() == metadata.timestamp()));
            return null;
        });
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return onDisk(() -> {
            files.delete(persistenceId, name -> name.matches(criteria));
            return null;
        });
    }
}
