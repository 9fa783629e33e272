package io.troupe.persistence.replicated;

import com.typesafe.config.Config;
import io.troupe.persistence.PluginDefaults;
import io.troupe.persistence.journal.ScalaFutures;
import io.troupe.persistence.snapshot.SnapshotCodec;
import io.troupe.persistence.snapshot.Turns;
import io.troupe.replication.ReadConsistency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.util.ByteString;
import scala.concurrent.Future;

/**
 * The snapshot store plugin ({@code troupe.persistence.replicated-snapshot-store}), in the journal's group. A snapshot goes
 * there in parts and is confirmed when the last one is committed. Saves are not fenced: what an actor that was fenced saves
 * is the state after events that were all acknowledged to it, and so are everybody's. Deletions are: those snapshots may be
 * all that another has recovered from.
 *
 * <p>A snapshot is loaded by an actor that recovers, before it asks the journal for the events that follow. So that these are
 * still there then, loading is a {@link Operation.Claim}: who wrote before can add nothing to the snapshot's events, save what
 * comes after them, and delete them.
 */
public final class ReplicatedSnapshotStore extends SnapshotStore {

    /** A snapshot that is deleted while it is read is looked for again; the next newest was there before. */
    private static final int ATTEMPTS = 3;

    private final CompletableFuture<ReplicatedPersistence> group;
    private final SnapshotCodec codec;
    private final Executor encoding;

    /** Of saves: the parts of two must not mix. */
    private final Turns turns;

    public ReplicatedSnapshotStore(Config config) {
        ExtendedActorSystem system = (ExtendedActorSystem) context().system();
        this.codec = new SnapshotCodec(system);
        this.encoding = system.dispatchers()
                .lookup(PluginDefaults.of(config, system.settings().config(), ReplicatedSettings.SNAPSHOT_PLUGIN)
                        .getString("encoding-dispatcher"));
        this.turns = new Turns(encoding);
        this.group = ReplicatedJournal.group(system);
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        return ScalaFutures.of(turns.next(
                metadata.persistenceId(), () -> group.thenCompose(through -> save(through, metadata, snapshot))));
    }

    private CompletableFuture<Void> save(ReplicatedPersistence through, SnapshotMetadata metadata, Object snapshot) {
        byte[] body;
        try {
            body = codec.encode(metadata, snapshot);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        int bytesMax = through.settings().snapshotBytesMax();
        if (body.length > bytesMax) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("The snapshot of "
                    + metadata.persistenceId() + " takes " + body.length + " bytes, more than snapshot-size-max = "
                    + bytesMax + "; keep bulk data outside of it, or raise that bound"));
        }
        return saveFrom(through, metadata, ThreadLocalRandom.current().nextLong(), 0, body);
    }

    /** Saves parts from {@code part} on; the next one goes when the last is committed, so that memory holds few. */
    private CompletableFuture<Void> saveFrom(
            ReplicatedPersistence through, SnapshotMetadata metadata, long save, int part, byte[] body) {
        int partBytes = through.settings().batchBytesMax() / 2;
        int from = part * partBytes;
        int to = Math.min(body.length, from + partBytes);
        boolean isLast = to == body.length;
        var operation = new Operation.SavePart(
                metadata.persistenceId(),
                metadata.sequenceNr(),
                metadata.timestamp(),
                save,
                part,
                isLast,
                Arrays.copyOfRange(body, from, to));
        CompletableFuture<Void> committed = through.commit(operation).thenAccept(ReplicatedPersistence::requireDone);
        return isLast ? committed : committed.thenCompose(done -> saveFrom(through, metadata, save, part + 1, body));
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return ScalaFutures.of(group.thenCompose(through -> through.claimToLoad(persistenceId)
                .thenCompose(claimed -> load(through, persistenceId, Selection.of(criteria), ATTEMPTS))));
    }

    private CompletableFuture<Optional<SelectedSnapshot>> load(
            ReplicatedPersistence through, String persistenceId, Selection selection, int attempts) {
        return through.ask(new Question.LatestSnapshot(persistenceId, selection), ReadConsistency.LINEARIZABLE)
                .thenComposeAsync(
                        answer -> {
                            Optional<Question.Found> latest = found(answer);
                            return latest.isEmpty()
                                    ? CompletableFuture.completedFuture(Optional.empty())
                                    : read(through, persistenceId, latest.get(), 0, new ByteArrayOutputStream())
                                            .thenCompose(body -> body.isPresent()
                                                    ? CompletableFuture.completedFuture(body.map(codec::decode))
                                                    : again(through, persistenceId, selection, attempts));
                        },
                        encoding);
    }

    private static Optional<Question.Found> found(ByteString answer) {
        try {
            return Question.Found.of(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<Optional<SelectedSnapshot>> again(
            ReplicatedPersistence through, String persistenceId, Selection selection, int attempts) {
        return attempts > 1
                ? load(through, persistenceId, selection, attempts - 1)
                : CompletableFuture.failedFuture(new IOException("Snapshots of " + persistenceId
                        + " were deleted while they were read, " + ATTEMPTS
                        + " times in turn, or the replica on this node"
                        + " cannot read them; then the log of this node says why"));
    }

    /** The bytes of all parts from {@code part} on behind {@code body}; nothing when one was deleted. */
    private CompletableFuture<Optional<byte[]>> read(
            ReplicatedPersistence through,
            String persistenceId,
            Question.Found snapshot,
            int part,
            ByteArrayOutputStream body) {
        if (part == snapshot.parts()) {
            return CompletableFuture.completedFuture(Optional.of(body.toByteArray()));
        }
        var question = new Question.SnapshotPart(persistenceId, snapshot.firstPart() + part);
        return through.ask(question, ReadConsistency.STALE)
                .thenComposeAsync(
                        bytes -> {
                            body.writeBytes(bytes.toArrayUnsafe());
                            return bytes.isEmpty()
                                    ? CompletableFuture.completedFuture(Optional.empty())
                                    : read(through, persistenceId, snapshot, part + 1, body);
                        },
                        encoding);
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return delete(metadata.persistenceId(), Selection.of(metadata));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return delete(persistenceId, Selection.of(criteria));
    }

    private Future<Void> delete(String persistenceId, Selection selection) {
        return ScalaFutures.of(group.thenCompose(through -> through.commit(
                        new Operation.DeleteSnapshots(persistenceId, through.epochOf(persistenceId), selection)))
                .thenAccept(ReplicatedPersistence::requireDone));
    }
}
