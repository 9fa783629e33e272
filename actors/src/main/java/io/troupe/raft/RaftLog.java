package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import java.util.List;
import java.util.Optional;

/** What a server has on its disk: hard state and entries. */
final class RaftLog implements WriteAheadLog.Contents<LogEvent> {

    /**
     * What was durable at the start.
     *
     * @param snapshot empty when this replica was never hosted here
     */
    record Recovered(HardState hardState, Optional<SnapshotMetadata> snapshot, LogView log)
            implements Replica.Message {}

    private RecoveredLog recovering = new RecoveredLog();

    @Override
    public Class<LogEvent> eventType() {
        return LogEvent.class;
    }

    @Override
    public void recover(LogEvent event) {
        recovering.apply(event);
    }

    @Override
    public Recovered recovered() {
        Recovered recovered = new Recovered(recovering.hardState(), recovering.snapshot(), recovering.log());
        recovering = new RecoveredLog();
        return recovered;
    }

    /** In bytes of entries. */
    @Override
    public long size(LogEvent event) {
        return event instanceof LogEvent.Written written ? written.entries().sizeBytes() : ALONE;
    }

    @Override
    public LogEvent joined(List<LogEvent> events) {
        LogEvent.Written joined = (LogEvent.Written) events.get(0);
        for (LogEvent event : events.subList(1, events.size())) {
            joined = joined.then((LogEvent.Written) event);
        }
        return joined;
    }

    @Override
    public long highestIndex(LogEvent event) {
        if (event instanceof LogEvent.Written written) {
            return written.entries().isEmpty() ? 0 : written.entries().lastIndex();
        }
        return ((LogEvent.Rebased) event).snapshot().index();
    }

    @Override
    public long coveredThrough(LogEvent event) {
        return event instanceof LogEvent.Rebased rebased ? rebased.snapshot().index() : NOTHING;
    }
}
