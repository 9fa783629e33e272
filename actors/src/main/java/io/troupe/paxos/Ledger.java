package io.troupe.paxos;

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
 * The replica's disk (The Part-Time Parliament, §2.1: "indelible ink"): pledges and votes, event-sourced. At most one write
 * is under way; all that is asked meanwhile becomes the next, so that the number of flushes follows the disk and not the
 * load.
 *
 * <p>A classic actor, because the typed event-sourced behaviour deletes events only by snapshot count, while this is
 * compacted through a chosen instance. When the journal fails or rejects a write, this actor stops, and the replica with
 * it: an acceptor that cannot write must not answer.
 */
final class Ledger extends AbstractPersistentActor {

    sealed interface Command permits Write, Rebase {
        long ticket();
    }

    record Write(long ticket, Pledge pledge, List<Votes> votes) implements Command {}

    record Rebase(long ticket, Pledge pledge, SnapshotMetadata snapshot) implements Command {}

    sealed interface Event extends Replica.Message permits Recovered, Stored {}

    /** @param snapshot empty when nothing was ever written here */
    record Recovered(Pledge pledge, Optional<SnapshotMetadata> snapshot, VoteLog log) implements Event {}

    /** Everything asked for up to and including {@code ticket} is durable. */
    record Stored(long ticket) implements Event {}

    /** An event in the journal, and the highest instance it holds. */
    private record Kept(long sequenceNr, long instanceMax) {}

    private final String persistenceId;
    private final String journal;
    private final long writeBytesMax;
    private final ActorRef<? super Event> replica;
    private Pledge pledge = Pledge.NONE;
    private Optional<SnapshotMetadata> snapshot = Optional.empty();
    private VoteLog log = new VoteLog(0);
    private final List<Votes> recoveredVotes = new ArrayList<>();
    private final Deque<Command> waiting = new ArrayDeque<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    private boolean writing;

    static Props props(String persistenceId, PaxosSettings settings, ActorRef<? super Event> replica) {
        return Props.create(
                Ledger.class, () -> new Ledger(persistenceId, settings.journal(), settings.maxWriteBytes(), replica));
    }

    private Ledger(String persistenceId, String journal, long writeBytesMax, ActorRef<? super Event> replica) {
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
                .match(LedgerEvent.class, event -> {
                    recover(event);
                    keep(event);
                })
                .match(RecoveryCompleted.class, ignored -> {
                    recoveredVotes.forEach(log::put);
                    recoveredVotes.clear();
                    replica.tell(new Recovered(pledge, snapshot, log));
                    log = new VoteLog(0);
                })
                .build();
    }

    /** Votes are read back when the base is known: what came before a later base was deleted, or only in part. */
    private void recover(LedgerEvent event) {
        pledge = event.pledge();
        if (event instanceof LedgerEvent.Written written) {
            recoveredVotes.addAll(written.votes());
        } else if (event instanceof LedgerEvent.Rebased rebased) {
            snapshot = Optional.of(rebased.snapshot());
            log = new VoteLog(rebased.snapshot().index());
            recoveredVotes.removeIf(
                    votes -> votes.decrees().last() <= rebased.snapshot().index());
        }
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
            store(new LedgerEvent.Rebased(rebase.pledge(), rebase.snapshot()), rebase.ticket());
        } else if (first instanceof Write write) {
            Write batch = joinWaiting(write);
            store(new LedgerEvent.Written(batch.pledge(), batch.votes()), batch.ticket());
        }
    }

    private Write joinWaiting(Write first) {
        Write last = first;
        List<Votes> votes = new ArrayList<>(first.votes());
        long bytes = sizeBytes(first);
        while (waiting.peek() instanceof Write next) {
            bytes += sizeBytes(next);
            if (bytes > writeBytesMax) {
                break;
            }
            waiting.remove();
            votes.addAll(next.votes());
            last = next;
        }
        return new Write(last.ticket(), last.pledge(), votes);
    }

    private static long sizeBytes(Write write) {
        return write.votes().stream()
                .mapToLong(votes -> votes.decrees().sizeBytes())
                .sum();
    }

    private void store(LedgerEvent event, long ticket) {
        persistAsync(event, stored -> {
            writing = false;
            keep(stored);
            replica.tell(new Stored(ticket));
            writeNext();
        });
    }

    private void keep(LedgerEvent event) {
        if (event instanceof LedgerEvent.Rebased rebased) {
            long index = rebased.snapshot().index();
            long deleteTo = 0;
            while (!kept.isEmpty() && kept.getFirst().instanceMax() <= index) {
                deleteTo = kept.remove().sequenceNr();
            }
            if (deleteTo > 0 && recoveryFinished()) {
                deleteMessages(deleteTo);
            }
            kept.add(new Kept(lastSequenceNr(), index));
        } else if (event instanceof LedgerEvent.Written written) {
            long max = written.votes().stream()
                    .mapToLong(votes -> votes.decrees().last())
                    .max()
                    .orElse(0);
            kept.add(new Kept(lastSequenceNr(), max));
        }
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
        getContext().stop(self());
    }
}
