package io.troupe.replication;

import io.troupe.wire.Wire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;

/**
 * A replica's disk: what it must not forget is an event here before anything is said that rests on it. At most one write is
 * under way; what is asked for meanwhile is the next, joined to one event, so that the number of syncs follows the disk
 * and not the load (group commit: DeWitt et al., SIGMOD 1984; here without a timer).
 *
 * <p>A classic actor, because the typed event-sourced behaviour deletes events only by snapshot count, while a log is
 * compacted through a chosen index. When the journal fails or rejects a write, it stops, and the replica with it: who cannot
 * write must not answer.
 */
public class WriteAheadLog<E extends Wire> extends AbstractPersistentActor {

    /** Answered by {@link Stored}. Tickets ascend. */
    public record Write<E extends Wire>(long ticket, E event) {}

    /** What was asked for up to and including {@code ticket} is durable. */
    public record Stored(long ticket) implements Replica.Message {}

    /**
     * What an engine's log holds. Where an index is spoken of, it is what the engine counts its history by: entries,
     * instances, sequence numbers.
     */
    public interface Contents<E extends Wire> {

        /** Size of an event that is written by itself. */
        long ALONE = Long.MAX_VALUE;

        /** Covers no other event. */
        long NOTHING = -1;

        Class<E> eventType();

        /** Folds one event that was durable at the start, after all before it. */
        void recover(E event);

        /** What the replica is told when all events are folded: what it was when it last stopped. */
        Replica.Message recovered();

        /** What an event takes of the most that one write may have, in the engine's unit; or {@link #ALONE}. */
        long size(E event);

        /** @param events two or more in their order, none of them {@link #ALONE} */
        E joined(List<E> events);

        /** The highest index that the event is about; 0 when it is about none. */
        long highestIndex(E event);

        /** Earlier events about nothing above this index are not needed beside this one; or {@link #NOTHING}. */
        long coveredThrough(E event);
    }

    /** An event in the journal, and the highest index it is about. */
    private record Kept(long sequenceNr, long highestIndex) {}

    private final String persistenceId;
    private final long sizeMax;
    private final Contents<E> contents;
    private final ActorRef<Replica.Message> replica;
    private final Deque<Write<E>> waiting = new ArrayDeque<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    private boolean writing;

    /**
     * Spawns the log of the replica whose context this is; it is told {@link Contents#recovered} first.
     *
     * @param journal plugin id; empty for the actor system's default
     * @param sizeMax of one write, as {@link Contents#size} counts; a larger event is written by itself
     */
    public static <E extends Wire> ActorRef<Write<E>> spawn(
            org.apache.pekko.actor.typed.javadsl.ActorContext<Replica.Message> replica,
            String persistenceId,
            String journal,
            long sizeMax,
            Contents<E> contents) {
        return Adapter.toTyped(
                Adapter.actorOf(replica, props(persistenceId, journal, sizeMax, contents, replica.getSelf()), "log"));
    }

    /**
     * Pekko looks for the journal while its own part of the actor is constructed, when no field of this class is set yet:
     * what an anonymous class captures is there by then.
     */
    private static <E extends Wire> Props props(
            String persistenceId,
            String journal,
            long sizeMax,
            Contents<E> contents,
            ActorRef<Replica.Message> replica) {
        return Props.create(WriteAheadLog.class, () -> new WriteAheadLog<E>(persistenceId, sizeMax, contents, replica) {
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

    private WriteAheadLog(String persistenceId, long sizeMax, Contents<E> contents, ActorRef<Replica.Message> replica) {
        this.persistenceId = persistenceId;
        this.sizeMax = sizeMax;
        this.contents = contents;
        this.replica = replica;
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(contents.eventType(), event -> {
                    contents.recover(event);
                    keep(event);
                })
                .match(RecoveryCompleted.class, ignored -> replica.tell(contents.recovered()))
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .matchUnchecked(Write.class, (Write<E> write) -> {
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
        Write<E> last = waiting.remove();
        List<E> events = new ArrayList<>();
        events.add(last.event());
        long size = contents.size(last.event());
        while (!waiting.isEmpty()) {
            long more = contents.size(waiting.getFirst().event());
            if (more > sizeMax - size) {
                break;
            }
            size += more;
            last = waiting.remove();
            events.add(last.event());
        }
        store(events.size() == 1 ? last.event() : contents.joined(events), last.ticket());
    }

    private void store(E event, long ticket) {
        persistAsync(event, stored -> {
            writing = false;
            keep(stored);
            replica.tell(new Stored(ticket));
            writeNext();
        });
    }

    private void keep(E event) {
        deleteThrough(contents.coveredThrough(event));
        kept.add(new Kept(lastSequenceNr(), contents.highestIndex(event)));
    }

    private void deleteThrough(long index) {
        long deleteTo = 0;
        while (!kept.isEmpty() && kept.getFirst().highestIndex() <= index) {
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

    /** Restarted, it would have forgotten what was waiting. */
    @Override
    public void postRestart(Throwable reason) {
        getContext().stop(self());
    }
}
