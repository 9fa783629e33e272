package io.troupe.persistence.journal;

import com.typesafe.config.Config;
import io.troupe.persistence.log.LogOverloadedException;
import io.troupe.persistence.log.LogRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * The journal plugin ({@code troupe.persistence.journal}): serializes events, hands them to the group commit of the
 * shared log, and replays on its own dispatcher. When the log cannot be opened, or is configured wrong, every call fails with
 * the reason, so that it reaches each persistent actor, and nothing is written.
 */
public final class TroupeJournal extends AsyncWriteJournal {

    private static final Logger LOG = LoggerFactory.getLogger(TroupeJournal.class);

    /** Pekko's word for "all accepted". */
    private static final Iterable<Optional<Exception>> NOTHING_REJECTED = List.of();

    private final CompletableFuture<OpenJournal> journal;

    /** Whether the last write failed; set by the threads that are told. */
    private final AtomicBoolean failing = new AtomicBoolean();

    public TroupeJournal(Config config) {
        this.journal = open(context().system(), config);
    }

    private static CompletableFuture<OpenJournal> open(ActorSystem system, Config config) {
        try {
            return CompletableFuture.completedFuture(Journals.get(system).open(config));
        } catch (IOException | RuntimeException e) {
            LOG.error("The journal does not start: {}", e.getMessage(), e);
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        return journal.isDone() && !journal.isCompletedExceptionally()
                ? write(journal.join(), messages)
                : ScalaFutures.of(journal)
                        .flatMap(open -> write(open, messages), context().dispatcher());
    }

    private Future<Iterable<Optional<Exception>>> write(OpenJournal open, Iterable<AtomicWrite> messages) {
        List<LogRecord> records = new ArrayList<>(1);
        List<Optional<Exception>> rejections = new ArrayList<>(1);
        boolean rejected = false;
        for (AtomicWrite message : messages) {
            Optional<Exception> rejection = encode(open, message, records);
            rejections.add(rejection);
            rejected |= rejection.isPresent();
        }
        Iterable<Optional<Exception>> results = rejected ? rejections : NOTHING_REJECTED;
        if (records.isEmpty()) {
            return Futures.successful(results);
        }
        Promise<Iterable<Optional<Exception>>> written = Futures.promise();
        open.write(records, failure -> {
            if (failure == null) {
                tellThatItWritesAgain(open.settings().directory());
                written.success(results);
            } else {
                tellOnce(open.settings().directory(), failure);
                written.failure(failure);
            }
        });
        return written.future();
    }

    /** Each actor hears of its own write; who runs the machine hears of the disk once, and what to do. */
    private void tellOnce(Path directory, Throwable failure) {
        if (!(failure instanceof LogOverloadedException) && failing.compareAndSet(false, true)) {
            LOG.error(
                    "The journal in {} cannot be written: {}. What was acknowledged is safe; this was not acknowledged,"
                            + " and the actors that wrote stop. Make room on that disk, or mend it, then start them"
                            + " (or this node) again",
                    directory.toAbsolutePath(),
                    failure.getMessage());
        }
    }

    private void tellThatItWritesAgain(Path directory) {
        if (failing.get() && failing.compareAndSet(true, false)) {
            LOG.info("The journal in {} can be written again", directory.toAbsolutePath());
        }
    }

    /** Adds the record of {@code message}, or tells why there can be none. */
    private Optional<Exception> encode(OpenJournal open, AtomicWrite message, List<LogRecord> records) {
        try {
            LogRecord record = open.codec().encode(message);
            int writeBytesMax = open.settings().log().recordBytesMax();
            if (record.size() > writeBytesMax) {
                return Optional.of(new IllegalArgumentException("The events " + message.lowestSequenceNr() + " to "
                        + message.highestSequenceNr() + " of " + message.persistenceId() + " take " + record.size()
                        + " bytes, more than write-size-max = " + writeBytesMax
                        + "; keep bulk data outside events, or raise that bound."));
            }
            records.add(record);
            return Optional.empty();
        } catch (Exception notSerializable) {
            return Optional.of(notSerializable);
        }
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        return ScalaFutures.of(journal.thenCompose(open -> open.delete(persistenceId, toSequenceNr)));
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replayCallback) {
        return ScalaFutures.of(journal)
                .flatMap(
                        open -> Futures.future(
                                () -> {
                                    open.replay(persistenceId, from, to, max, replayCallback);
                                    return null;
                                },
                                open.replays()),
                        context().dispatcher());
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return ScalaFutures.of(journal.thenCompose(open -> open.highestSequenceNr(persistenceId)));
    }
}
