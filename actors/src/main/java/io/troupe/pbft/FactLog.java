package io.troupe.pbft;

import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;

/**
 * The replica's disk: its facts, event-sourced. At most one write is under way; what is recorded meanwhile is the next.
 *
 * <p>A classic actor, because the typed event-sourced behaviour deletes events only by snapshot count. When the journal
 * fails or rejects a write, it stops, and the replica with it: who cannot write must not answer.
 */
final class FactLog extends AbstractPersistentActor {

    /** Answered by {@link Recorded} when these and all before them are durable. */
    record Record(long ticket, List<Fact> facts) {}

    sealed interface Event extends Replica.Message permits Recovered, Recorded {}

    /** All that was durable at the start. */
    record Recovered(Ledger ledger) implements Event {}

    record Recorded(long ticket) implements Event {}

    /** An event in the journal, and the highest sequence number it is about. */
    private record Kept(long sequenceNr, long highestSequence) {}

    private final String persistenceId;
    private final String journal;
    private final int factsMax;
    private final ActorRef<? super Event> replica;
    private Ledger recovering = new Ledger();
    private final Deque<Record> waiting = new ArrayDeque<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    private boolean writing;

    /** @param factsMax in one write; those recorded together stay together */
    static Props props(String persistenceId, String journal, int factsMax, ActorRef<? super Event> replica) {
        return Props.create(FactLog.class, () -> new FactLog(persistenceId, journal, factsMax, replica));
    }

    private FactLog(String persistenceId, String journal, int factsMax, ActorRef<? super Event> replica) {
        this.persistenceId = persistenceId;
        this.journal = journal;
        this.factsMax = factsMax;
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
                .match(Fact.Written.class, written -> {
                    written.facts().forEach(recovering::apply);
                    keep(written);
                })
                .match(RecoveryCompleted.class, ignored -> {
                    replica.tell(new Recovered(recovering));
                    recovering = new Ledger();
                })
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Record.class, record -> {
                    waiting.add(record);
                    writeNext();
                })
                .build();
    }

    private void writeNext() {
        if (writing || waiting.isEmpty()) {
            return;
        }
        writing = true;
        Record first = waiting.remove();
        List<Fact> facts = new ArrayList<>(first.facts());
        long ticket = first.ticket();
        while (!waiting.isEmpty() && facts.size() + waiting.getFirst().facts().size() <= factsMax) {
            Record next = waiting.remove();
            facts.addAll(next.facts());
            ticket = next.ticket();
        }
        long durable = ticket;
        persistAsync(new Fact.Written(facts), written -> {
            writing = false;
            keep(written);
            replica.tell(new Recorded(durable));
            writeNext();
        });
    }

    /** What is only about sequence numbers at or below a stable checkpoint is deleted: the checkpoint carries the rest. */
    private void keep(Fact.Written written) {
        for (Fact fact : written.facts()) {
            if (fact instanceof Fact.Stable stable) {
                deleteThrough(stable.sequence());
            }
        }
        kept.add(new Kept(lastSequenceNr(), written.highestSequence()));
    }

    private void deleteThrough(long stable) {
        long deleteTo = 0;
        while (!kept.isEmpty() && kept.getFirst().highestSequence() <= stable) {
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
}
