package io.troupe.chain;

import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a server has on its disk: its history and its epoch. */
final class ChainLog implements WriteAheadLog.Contents<LogEvent> {

    /**
     * What was durable at the start.
     *
     * @param configuration entered last; empty when this server was never hosted here (or, in journals of before epochs
     *     were entered from the first on, when it was in the founding one)
     */
    record Recovered(Optional<Configuration> configuration, History history, Position snapshot, long stable)
            implements Replica.Message {

        /** The server begins its first life: it was in no epoch before. */
        boolean isFirst() {
            return configuration.isEmpty() && history.lastIndex() == 0;
        }
    }

    private Recovery recovery = new Recovery();

    @Override
    public Class<LogEvent> eventType() {
        return LogEvent.class;
    }

    @Override
    public void recover(LogEvent event) {
        recovery.apply(event);
    }

    @Override
    public Recovered recovered() {
        Recovered recovered = recovery.result();
        recovery = new Recovery();
        return recovered;
    }

    /** In bytes of updates. */
    @Override
    public long size(LogEvent event) {
        return event instanceof LogEvent.Logged logged ? logged.updates().sizeBytes() : ALONE;
    }

    @Override
    public LogEvent joined(List<LogEvent> events) {
        List<Update> updates = new ArrayList<>();
        for (LogEvent event : events) {
            updates.addAll(((LogEvent.Logged) event).updates().updates());
        }
        long first = ((LogEvent.Logged) events.get(0)).updates().first();
        long stable = ((LogEvent.Logged) events.get(events.size() - 1)).stable();
        return new LogEvent.Logged(Updates.of(first, updates), stable);
    }

    @Override
    public long highestIndex(LogEvent event) {
        if (event instanceof LogEvent.Logged logged) {
            return logged.updates().last();
        }
        return event instanceof LogEvent.Rebased rebased ? rebased.snapshot().index() : 0;
    }

    @Override
    public long coveredThrough(LogEvent event) {
        if (!(event instanceof LogEvent.Rebased rebased)) {
            return NOTHING;
        }
        return rebased.restStays() ? rebased.snapshot().index() : Long.MAX_VALUE;
    }

    /** The fold over events, of which the first may be deleted. */
    static final class Recovery {
        private Optional<Configuration> configuration = Optional.empty();
        private Position snapshot = Position.NONE;
        private History history = new History(Position.NONE);
        private long stable;

        void apply(LogEvent event) {
            if (event instanceof LogEvent.Logged logged) {
                log(logged.updates());
                stable = Math.max(stable, logged.stable());
            } else if (event instanceof LogEvent.Entered entered) {
                configuration = Optional.of(entered.configuration());
                keepThrough(entered.kept());
                stable = Math.max(stable, entered.stable());
            } else if (event instanceof LogEvent.Rebased rebased) {
                configuration = Optional.of(rebased.configuration());
                rest(rebased);
                stable = Math.max(stable, rebased.snapshot().index());
            }
        }

        /** What is left of the journal may begin above that: then it follows again, as it was written anew. */
        private void keepThrough(long index) {
            if (index < history.base().index()) {
                history = new History(new Position(index, 0));
            } else {
                history.truncateAfter(index);
            }
        }

        /** What comes first may follow on updates that a later snapshot has made superfluous. */
        private void log(Updates updates) {
            if (updates.first() > history.lastIndex() + 1) {
                history = new History(new Position(updates.first() - 1, 0));
            }
            history.append(updates);
        }

        /** What came before a later snapshot may be deleted in part: an earlier one then lies below what is left. */
        private void rest(LogEvent.Rebased rebased) {
            snapshot = rebased.snapshot();
            if (!rebased.restStays() || snapshot.index() > history.lastIndex()) {
                history.replaceBy(snapshot);
            } else if (snapshot.index() >= history.base().index()) {
                history.restOn(snapshot);
            }
        }

        Recovered result() {
            return new Recovered(configuration, history, snapshot, Math.min(stable, history.lastIndex()));
        }
    }
}
