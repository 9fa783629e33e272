package io.troupe.chain;

import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;

/**
 * The server's disk: its history and its epoch, event-sourced. At most one write is under way; what is asked meanwhile is
 * the next.
 *
 * <p>A classic actor, because the typed event-sourced behaviour deletes events only by snapshot count. When the journal
 * fails or rejects a write, it stops, and the replica with it: who cannot write must neither forward nor acknowledge.
 */
final class ChainLog extends AbstractPersistentActor {

    /** @param ticket answered by {@link Stored} when this and all before it are durable */
    record Write(long ticket, LogEvent event) {}

    sealed interface Event extends Replica.Message permits Recovered, Stored {}

    /**
     * All that was durable at the start.
     *
     * @param configuration entered last; empty when this server was never hosted here (or, in journals of before epochs
     *     were entered from the first on, when it was in the founding one)
     */
    record Recovered(Optional<Configuration> configuration, History history, Position snapshot, long stable)
            implements Event {

        /** The server begins its first life: it was in no epoch before. */
        boolean isFirst() {
            return configuration.isEmpty() && history.lastIndex() == 0;
        }
    }

    record Stored(long ticket) implements Event {}

    /** An event in the journal, and the highest index it is about. */
    private record Kept(long sequenceNr, long indexMax) {}

    private final String persistenceId;
    private final String journal;
    private final long writeBytesMax;
    private final ActorRef<? super Event> replica;
    private Recovery recovery = new Recovery();
    private final Deque<Write> waiting = new ArrayDeque<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    private boolean writing;

    static Props props(String persistenceId, ChainSettings settings, ActorRef<? super Event> replica) {
        return Props.create(
                ChainLog.class,
                () -> new ChainLog(persistenceId, settings.journal(), settings.maxWriteBytes(), replica));
    }

    private ChainLog(String persistenceId, String journal, long writeBytesMax, ActorRef<? super Event> replica) {
        this.persistenceId = persistenceId;
        this.journal = journal;
        this.writeBytesMax = writeBytesMax;
        this.replica = replica;
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public String journalPluginId() {
        return journal;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(LogEvent.class, event -> {
                    recovery.apply(event);
                    keep(event);
                })
                .match(RecoveryCompleted.class, ignored -> {
                    replica.tell(recovery.result());
                    recovery = new Recovery();
                })
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Write.class, write -> {
                    waiting.add(write);
                    writeNext();
                })
                .build();
    }

    private void writeNext() {
        if (writing || waiting.isEmpty()) {
            return;
        }
        writing = true;
        Write first = waiting.remove();
        store(first.event() instanceof LogEvent.Logged logged ? joinWaiting(first, logged) : first);
    }

    private void store(Write next) {
        persistAsync(next.event(), stored -> {
            writing = false;
            keep(stored);
            replica.tell(new Stored(next.ticket()));
            writeNext();
        });
    }

    private Write joinWaiting(Write first, LogEvent.Logged logged) {
        if (waiting.isEmpty() || !(waiting.getFirst().event() instanceof LogEvent.Logged)) {
            return first;
        }
        List<Update> updates = new ArrayList<>(logged.updates().updates());
        long bytes = logged.updates().sizeBytes();
        long ticket = first.ticket();
        long stable = logged.stable();
        while (!waiting.isEmpty() && waiting.getFirst().event() instanceof LogEvent.Logged more) {
            bytes += more.updates().sizeBytes();
            if (bytes > writeBytesMax) {
                break;
            }
            ticket = waiting.remove().ticket();
            updates.addAll(more.updates().updates());
            stable = more.stable();
        }
        return new Write(
                ticket, new LogEvent.Logged(new Updates(logged.updates().first(), updates), stable));
    }

    private void keep(LogEvent event) {
        long indexMax = 0;
        if (event instanceof LogEvent.Logged logged) {
            indexMax = logged.updates().last();
        } else if (event instanceof LogEvent.Rebased rebased) {
            indexMax = rebased.snapshot().index();
            deleteThrough(rebased.restStays() ? indexMax : Long.MAX_VALUE);
        }
        kept.add(new Kept(lastSequenceNr(), indexMax));
    }

    private void deleteThrough(long index) {
        long deleteTo = 0;
        while (!kept.isEmpty() && kept.getFirst().indexMax() <= index) {
            deleteTo = kept.remove().sequenceNr();
        }
        if (deleteTo > 0 && recoveryFinished()) {
            deleteMessages(deleteTo);
        }
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
        getContext().stop(self());
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
                history.forgetThrough(snapshot.index());
            }
        }

        Recovered result() {
            return new Recovered(configuration, history, snapshot, Math.min(stable, history.lastIndex()));
        }
    }
}
