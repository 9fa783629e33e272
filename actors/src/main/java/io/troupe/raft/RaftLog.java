package io.troupe.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;

/**
 * The replica's disk: hard state and entries, event-sourced. At most one write is under way; all that is
 * asked meanwhile becomes the next, so that the number of flushes follows the disk and not the load.
 *
 * <p>A classic actor, because the typed event-sourced behaviour deletes events only by snapshot count, while
 * a log is compacted through a chosen index. When the journal fails or rejects a write, this actor stops,
 * and the replica with it: a Raft server that cannot write must not answer.
 */
class RaftLog extends AbstractPersistentActor {

    sealed interface Command permits Write, Rebase {
        long ticket();
    }

    /** @param entries see {@link LogEvent.Written} */
    record Write(long ticket, HardState hardState, LogSlice entries) implements Command {}

    /** @param restStays see {@link LogEvent.Rebased} */
    record Rebase(long ticket, HardState hardState, SnapshotMetadata snapshot, boolean restStays) implements Command {}

    sealed interface Event extends RaftReplica.Internal permits Recovered, Stored {}

    /** @param snapshot empty when this replica was never hosted here */
    record Recovered(HardState hardState, Optional<SnapshotMetadata> snapshot, LogView log) implements Event {}

    /** Everything asked for up to and including {@code ticket} is durable. */
    record Stored(long ticket) implements Event {}

    /** An event in the journal, and the highest index it holds. */
    private record Kept(long sequenceNr, long maxIndex) {}

    private final String persistenceId;
    private final long writeBytesMax;
    private final ActorRef<? super Event> replica;
    private RecoveredLog recovering = new RecoveredLog();
    private final Deque<Command> waiting = new ArrayDeque<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    private boolean writing;

    /**
     * Pekko looks for the journal while its own part of the actor is constructed, when no field of this class is set yet:
     * what an anonymous class captures is there by then.
     */
    static Props props(String persistenceId, RaftSettings settings, ActorRef<? super Event> replica) {
        String journal = settings.journal();
        return Props.create(RaftLog.class, () -> new RaftLog(persistenceId, settings.maxWriteBytes(), replica) {
            @Override
            public String journalPluginId() {
                return journal;
            }

            /** There are none of this actor, and the default store may itself stand on this group. */
            @Override
            public String snapshotPluginId() {
                return journal.isEmpty() ? "" : "pekko.persistence.no-snapshot-store";
            }
        });
    }

    private RaftLog(String persistenceId, long writeBytesMax, ActorRef<? super Event> replica) {
        this.persistenceId = persistenceId;
        this.writeBytesMax = writeBytesMax;
        this.replica = replica;
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(LogEvent.class, event -> {
                    recovering.apply(event);
                    keep(event);
                })
                .match(RecoveryCompleted.class, ignored -> {
                    replica.tell(new Recovered(recovering.hardState(), recovering.snapshot(), recovering.log()));
                    recovering = new RecoveredLog();
                })
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Command.class, command -> {
                    waiting.add(command);
                    writeNext();
                })
                .build();
    }

    private void writeNext() {
        if (writing || waiting.isEmpty()) {
            return;
        }
        writing = true;
        Command first = waiting.remove();
        if (first instanceof Rebase rebase) {
            store(new LogEvent.Rebased(rebase.hardState(), rebase.snapshot(), rebase.restStays()), rebase.ticket());
        } else if (first instanceof Write write) {
            Write batch = joinWaiting(write);
            store(new LogEvent.Written(batch.hardState(), batch.entries()), batch.ticket());
        }
    }

    private Write joinWaiting(Write first) {
        Write batch = first;
        long bytes = first.entries().sizeBytes();
        while (waiting.peek() instanceof Write next) {
            bytes += next.entries().sizeBytes();
            if (bytes > writeBytesMax) {
                break;
            }
            waiting.remove();
            LogSlice entries =
                    next.entries().isEmpty() ? batch.entries() : batch.entries().overwrittenBy(next.entries());
            batch = new Write(next.ticket(), next.hardState(), entries);
        }
        return batch;
    }

    private void store(LogEvent event, long ticket) {
        persistAsync(event, stored -> {
            writing = false;
            keep(stored);
            replica.tell(new Stored(ticket));
            writeNext();
        });
    }

    private void keep(LogEvent event) {
        if (event instanceof LogEvent.Rebased rebased) {
            long index = rebased.snapshot().index();
            long deleteTo = 0;
            while (!kept.isEmpty() && kept.getFirst().maxIndex() <= index) {
                deleteTo = kept.remove().sequenceNr();
            }
            if (deleteTo > 0 && recoveryFinished()) {
                deleteMessages(deleteTo);
            }
            kept.add(new Kept(lastSequenceNr(), index));
        } else if (event instanceof LogEvent.Written written) {
            kept.add(new Kept(
                    lastSequenceNr(),
                    written.entries().isEmpty() ? 0 : written.entries().lastIndex()));
        }
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
        getContext().stop(self());
    }
}
