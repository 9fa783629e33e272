package io.troupe.persistence.journal;

import io.troupe.persistence.files.DiskFiles;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.log.SegmentedLog;
import io.troupe.persistence.log.Upkeep;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.PersistentRepr;

/** A journal directory that this actor system has open: what the journal plugin and the queries share. */
public final class OpenJournal implements Closeable {

    private final SegmentedLog log;
    private final Upkeep upkeep;
    private final GroupCommit writer;
    private final EventCodec codec;
    private final CommitListeners listeners = new CommitListeners();

    OpenJournal(JournalSettings settings, ExtendedActorSystem system) throws IOException {
        this.log = SegmentedLog.open(new DiskFiles(settings.directory()), settings.log());
        this.upkeep = new Upkeep(log, settings.upkeepDelay().toMillis());
        this.writer = new GroupCommit(log, listeners::committed, upkeep::request);
        this.codec = new EventCodec(system);
    }

    EventCodec codec() {
        return codec;
    }

    CompletionStage<Void> write(List<LogRecord> records) {
        return writer.write(records);
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

    /** Who is told of new events; called on the writer's thread. */
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
        upkeep.close();
        log.close();
    }
}
