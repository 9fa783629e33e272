package io.troupe.persistence.journal;

import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.log.SegmentedLog;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.dispatch.Batchable;
import org.apache.pekko.persistence.PersistentRepr;
import scala.concurrent.ExecutionContext;

/** A journal directory that this actor system has open: what the journal plugin and the queries share. */
public final class OpenJournal implements Closeable {

    private final JournalSettings settings;
    private final ExecutionContext replays;
    private final SegmentedLog log;
    private final GroupCommit.Upkeeping upkeep;
    private final Executor writerThread;
    private final Executor earlyWriterThread;
    private final GroupCommit writer;
    private final EventCodec codec;
    private final CommitListeners listeners = new CommitListeners();

    OpenJournal(JournalSettings settings, Machine machine, ExtendedActorSystem system) throws IOException {
        this.settings = settings;
        this.replays = system.dispatchers().lookup(settings.replayDispatcher());
        this.log = SegmentedLog.open(machine.files(settings.directory()), settings.log());
        this.upkeep = machine.upkeep(settings.directory(), log, settings.upkeepDelay());
        this.writerThread = machine.writer(settings.directory());
        this.earlyWriterThread = machine.earlyWriter(settings.directory());
        ExecutionContext dispatcher = system.dispatcher();
        Executor answers = answer -> dispatcher.execute(new Together(answer));
        this.writer = new GroupCommit(log, writerThread, earlyWriterThread, answers, listeners::committed, upkeep);
        this.codec = new EventCodec(system);
    }

    /** What the callbacks of a batch's answers do runs on the same thread right after, not each as a task of its own. */
    private record Together(Runnable answers) implements Batchable {
        @Override
        public boolean isBatchable() {
            return true;
        }

        @Override
        public void run() {
            answers.run();
        }
    }

    /** Where it lies, and its bounds. */
    JournalSettings settings() {
        return settings;
    }

    /** On which {@link #replay} may block. */
    public ExecutionContext replays() {
        return replays;
    }

    EventCodec codec() {
        return codec;
    }

    void write(List<LogRecord> records, GroupCommit.Answer answer) {
        writer.write(records, answer);
    }

    CompletionStage<Void> delete(String persistenceId, long toSequenceNr) {
        return writer.delete(persistenceId, toSequenceNr);
    }

    /** The highest sequence number, once all writes that are under way are done. */
    CompletionStage<Long> highestSequenceNr(String persistenceId) {
        return writer.barrier().thenApply(done -> log.highest(persistenceId));
    }

    /** The highest sequence number that is durable now; 0 for an unknown persistence id. */
    public long durableSequenceNr(String persistenceId) {
        return log.highest(persistenceId);
    }

    /**
     * Reads events in the order in which they were written, at most {@code max}. Blocks on the disk.
     *
     * @return how many there were
     */
    public long replay(String persistenceId, long from, long to, long max, Consumer<PersistentRepr> each)
            throws IOException {
        if (max <= 0 || from > to) {
            return 0;
        }
        long lowest = Math.max(from, log.deletedTo(persistenceId) + 1);
        long[] count = {0};
        log.read(persistenceId, lowest, to, (first, last, payload) -> {
            for (PersistentRepr event : codec.decode(persistenceId, payload, lowest, to)) {
                if (count[0] == max) {
                    return false;
                }
                count[0]++;
                each.accept(event);
            }
            return count[0] < max;
        });
        return count[0];
    }

    /** Up to {@code max} persistence ids, from the {@code from}th in the order of their first event. */
    public List<String> persistenceIds(int from, int max) {
        return log.streams(from, max);
    }

    /** How many persistence ids there are. */
    public int persistenceIdCount() {
        return log.streamCount();
    }

    /** Who is told of new events. */
    public CommitListeners listeners() {
        return listeners;
    }

    public GroupCommit.Counters counters() {
        return writer.counters();
    }

    /** The bytes of all segments. */
    public long size() {
        return log.size();
    }

    @Override
    public void close() throws IOException {
        writer.close();
        end(writerThread);
        end(earlyWriterThread);
        if (upkeep instanceof Closeable closeable) {
            closeable.close();
        }
        log.close();
    }

    private static void end(Executor executor) {
        if (executor instanceof ExecutorService thread) {
            thread.shutdown();
        }
    }
}
