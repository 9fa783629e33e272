package io.troupe.persistence.snapshot;

import com.typesafe.config.Config;
import io.troupe.persistence.PluginDefaults;
import io.troupe.persistence.journal.ScalaFutures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;

/**
 * The snapshot store plugin ({@code troupe.persistence.snapshot-store}). A snapshot is confirmed when it is durable. A
 * damaged one is passed over, with a warning, for the next older; when all that fit are damaged the load fails, because
 * the events they stand for may be deleted. What is asked for one persistence id is done in the order in which it was asked
 * for. When the directory cannot be used every call fails with the reason, so that it reaches each actor. The body of a file is {@link SnapshotCodec}'s.
 */
public final class TroupeSnapshotStore extends SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(TroupeSnapshotStore.class);

    private final CompletableFuture<SnapshotDirectories.Opened> snapshots;
    private final SnapshotCodec codec;

    public TroupeSnapshotStore(Config config) {
        ActorSystem system = context().system();
        this.codec = new SnapshotCodec(system);
        this.snapshots = open(
                system, PluginDefaults.of(config, system.settings().config(), "troupe.persistence.snapshot-store"));
    }

    private static CompletableFuture<SnapshotDirectories.Opened> open(ActorSystem system, Config config) {
        try {
            return CompletableFuture.completedFuture(SnapshotDirectories.get(system)
                    .open(directory(config), system.dispatchers().lookup(config.getString("disk-dispatcher"))));
        } catch (IOException | RuntimeException e) {
            LOG.error("The snapshot store does not start: {}", e.getMessage(), e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Path directory(Config config) {
        String directory = PluginDefaults.directory(config);
        if (directory.isBlank()) {
            throw new IllegalArgumentException("dir = '' of the snapshot store is not possible, right would be the path"
                    + " of a directory on a local disk, such as troupe.persistence.snapshot-store.dir ="
                    + " \"data/snapshots\"");
        }
        return Path.of(directory);
    }

    private <T> Future<T> onDisk(String persistenceId, Function<SnapshotFiles, Callable<T>> work) {
        return ScalaFutures.of(snapshots.thenCompose(
                opened -> opened.turns().next(persistenceId, () -> done(work.apply(opened.files())))));
    }

    private static <T> CompletableFuture<T> done(Callable<T> work) {
        try {
            return CompletableFuture.completedFuture(work.call());
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return onDisk(persistenceId, files -> () -> {
            files.deleteLeftovers(persistenceId);
            return load(files, persistenceId, criteria);
        });
    }

    private Optional<SelectedSnapshot> load(
            SnapshotFiles files, String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        List<SnapshotName> candidates = new ArrayList<>(files.find(persistenceId, name -> name.matches(criteria)));
        IOException damage = null;
        while (!candidates.isEmpty()) {
            SnapshotName newest = candidates.remove(candidates.size() - 1);
            try {
                return Optional.of(decode(files, persistenceId, newest));
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

    private SelectedSnapshot decode(SnapshotFiles files, String persistenceId, SnapshotName name) throws IOException {
        SelectedSnapshot snapshot = codec.decode(files.load(persistenceId, name));
        SnapshotMetadata metadata = snapshot.metadata();
        if (!metadata.persistenceId().equals(persistenceId) || metadata.sequenceNr() != name.sequenceNr()) {
            throw new DamagedSnapshotException(
                    files.describe(persistenceId) + "/" + name.fileName(), "it is a snapshot of " + metadata);
        }
        return snapshot;
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        SnapshotName name = new SnapshotName(metadata.sequenceNr(), metadata.timestamp());
        return onDisk(metadata.persistenceId(), files -> () -> {
            files.save(metadata.persistenceId(), name, codec.encode(metadata, snapshot));
            return null;
        });
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return delete(
                metadata.persistenceId(),
                name -> name.sequenceNr() == metadata.sequenceNr()
                        && (metadata.timestamp() == 0 || name.timestamp() == metadata.timestamp()));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return delete(persistenceId, name -> name.matches(criteria));
    }

    private Future<Void> delete(String persistenceId, Predicate<SnapshotName> unwanted) {
        return onDisk(persistenceId, files -> () -> {
            files.delete(persistenceId, unwanted);
            return null;
        });
    }
}
