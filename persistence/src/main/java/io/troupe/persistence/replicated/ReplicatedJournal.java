package io.troupe.persistence.replicated;

import com.typesafe.config.Config;
import io.troupe.persistence.PluginDefaults;
import io.troupe.persistence.journal.EventCodec;
import io.troupe.persistence.journal.ScalaFutures;
import io.troupe.persistence.log.LogRecord;
import io.troupe.replication.ReadConsistency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;

/**
 * The journal plugin ({@code troupe.persistence.replicated-journal}): a write is acknowledged when the group has committed
 * it. The first thing an actor asks at recovery, its highest sequence number, is a {@link Operation.Claim} here: it is
 * ordered behind every write that the group has taken, and fences whoever wrote before. So the replay that follows has all
 * there is and all there will be until this actor writes; or until another recovers in its turn, which may write, save a
 * snapshot, and delete what is replayed here. A recovery that lacks such events fails.
 */
public final class ReplicatedJournal extends AsyncWriteJournal {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedJournal.class);

    /** Pekko's word for "all accepted". */
    private static final Iterable<Optional<Exception>> NOTHING_REJECTED = List.of();

    private final CompletableFuture<ReplicatedPersistence> group;
    private final EventCodec codec;
    private final Executor replays;

    public ReplicatedJournal(Config config) {
        ExtendedActorSystem system = (ExtendedActorSystem) context().system();
        this.codec = new EventCodec(system);
        this.replays = system.dispatchers()
                .lookup(PluginDefaults.of(config, system.settings().config(), ReplicatedSettings.JOURNAL_PLUGIN)
                        .getString("replay-dispatcher"));
        this.group = group(system);
    }

    /** What is wrong with the configuration reaches each persistent actor that way. */
    static CompletableFuture<ReplicatedPersistence> group(ExtendedActorSystem system) {
        try {
            return CompletableFuture.completedFuture(ReplicatedPersistence.get(system));
        } catch (RuntimeException e) {
            LOG.error("The replicated journal does not start: {}", e.getMessage(), e);
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        return ScalaFutures.of(group.thenCompose(through -> write(through, messages)));
    }

    private CompletableFuture<Iterable<Optional<Exception>>> write(
            ReplicatedPersistence through, Iterable<AtomicWrite> messages) {
        List<Optional<Exception>> rejections = new ArrayList<>(1);
        List<Operation> appends = new ArrayList<>(1);
        for (AtomicWrite message : messages) {
            try {
                appends.add(encode(through, message));
                rejections.add(Optional.empty());
            } catch (Exception notSerializable) {
                rejections.add(Optional.of(notSerializable));
            }
        }
        Iterable<Optional<Exception>> results =
                rejections.stream().anyMatch(Optional::isPresent) ? rejections : NOTHING_REJECTED;
        return append(through, appends).thenApply(done -> results);
    }

    /** Where one is not written none that follows is: a recovery would take them for a history without it. */
    private static CompletableFuture<Void> append(ReplicatedPersistence through, List<Operation> appends) {
        if (appends.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        int count = 1;
        int bytes = appends.get(0).size();
        while (count < appends.size()) {
            bytes += appends.get(count).size();
            if (bytes > through.settings().batchBytesMax()) {
                break;
            }
            count++;
        }
        List<Operation> left = appends.subList(count, appends.size());
        return through.commit(appends.subList(0, count))
                .thenAccept(outcomes -> outcomes.forEach(ReplicatedPersistence::requireDone))
                .thenCompose(done -> append(through, left));
    }

    private Operation.Append encode(ReplicatedPersistence through, AtomicWrite message) {
        int bytesMax = through.settings().writeBytesMax();
        LogRecord record = codec.encode(message);
        if (record.stream().length > JournalMachine.PERSISTENCE_ID_BYTES_MAX) {
            throw new IllegalArgumentException("A persistence id has at most " + JournalMachine.PERSISTENCE_ID_BYTES_MAX
                    + " bytes of UTF-8, this one has " + record.stream().length);
        }
        if (record.size() > bytesMax) {
            throw new IllegalArgumentException("The events " + record.first() + " to " + record.last() + " of "
                    + message.persistenceId() + " take " + record.size() + " bytes, more than write-size-max = "
                    + bytesMax
                    + "; keep bulk data outside events, or raise that bound and troupe.raft.max-entry-bytes.");
        }
        String writer = message.payload().head().writerUuid();
        long epoch = through.epochOf(message.persistenceId());
        return new Operation.Append(
                message.persistenceId(), epoch, writer, record.first(), record.last(), record.payload());
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        return ScalaFutures.of(group.thenCompose(through -> through.commit(
                        new Operation.DeleteEvents(persistenceId, through.epochOf(persistenceId), toSequenceNr)))
                .thenAccept(ReplicatedPersistence::requireDone));
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return ScalaFutures.of(
                group.thenCompose(through -> through.enterEpoch(persistenceId)).thenApply(Outcome.Claimed::highest));
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replayCallback) {
        if (max <= 0 || from > to) {
            return ScalaFutures.of(CompletableFuture.completedFuture(null));
        }
        return ScalaFutures.of(group.thenCompose(through ->
                new Replay(through, persistenceId, to, replayCallback).pages(from, max, ReadConsistency.LINEARIZABLE)));
    }

    /** A replay, page after page: the next one is asked for when the events of the last have been handed over. */
    private final class Replay {
        private final ReplicatedPersistence through;
        private final String persistenceId;
        private final long to;
        private final Consumer<PersistentRepr> each;
        private final long undisturbedEpoch;

        Replay(ReplicatedPersistence through, String persistenceId, long to, Consumer<PersistentRepr> each) {
            this.through = through;
            this.persistenceId = persistenceId;
            this.to = to;
            this.each = each;
            this.undisturbedEpoch = through.undisturbedEpochOf(persistenceId);
        }

        /** @param consistency linearizable for the first; a replica never goes back, so it is enough for the rest */
        CompletableFuture<Void> pages(long from, long max, ReadConsistency consistency) {
            int bytes = through.settings().pageBytes();
            return through.ask(new Question.Events(persistenceId, from, to, bytes), consistency)
                    .thenComposeAsync(answer -> onPage(from, answer, max), replays);
        }

        private CompletableFuture<Void> onPage(long from, ByteString answer, long max) {
            try {
                Question.Page page = Question.Page.of(answer);
                if (!page.isWhole(from, undisturbedEpoch)) {
                    throw new WriterFencedException(
                            "while " + persistenceId + " recovered here, another has, in epoch " + page.epoch()
                                    + ", and its events from " + from + " to " + (page.from() - 1) + " are deleted");
                }
                long left = handOver(page, max);
                return left == 0 || page.isLast() || page.next() > to
                        ? CompletableFuture.completedFuture(null)
                        : pages(page.next(), left, ReadConsistency.STALE);
            } catch (IOException e) {
                throw new UncheckedIOException("Events of " + persistenceId + " cannot be read", e);
            }
        }

        /** @return how many may follow */
        private long handOver(Question.Page page, long max) throws IOException {
            long left = max;
            for (byte[] write : page.writes()) {
                for (PersistentRepr event : codec.decode(persistenceId, ByteBuffer.wrap(write), page.from(), to)) {
                    if (left == 0) {
                        return 0;
                    }
                    each.accept(event);
                    left--;
                }
            }
            return left;
        }
    }
}
