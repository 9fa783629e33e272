package io.troupe.sim;

import com.typesafe.config.Config;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.NonPersistentRepr;
import org.apache.pekko.persistence.PersistentEnvelope;
import org.apache.pekko.persistence.PersistentRepr;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The journal plugin of a simulation, {@code troupe.sim.journal}: speaks Pekko's journal protocol, and puts each node's
 * events on that node's own {@link Disk}. Two nodes may use the same persistence id, as they may with a local journal.
 *
 * <p>As {@code troupe.sim.shared-journal} it is a database that all nodes reach, and that no crash touches: a write under
 * way when its node crashes takes place. It refuses a second event with the same number, as a database does by its key.
 */
public final class SimulatedJournal extends AbstractActor {

    private final World world = World.of(context().system().settings().config());
    private final Host owner = world.ownerOf(context().system().settings().config());
    private final StoredPayloads payloads = new StoredPayloads(context().system());
    private final boolean shared;

    /** Called by Pekko. */
    public SimulatedJournal(Config config) {
        shared = config.getBoolean("shared");
    }

    private Disk diskOf(Host host) {
        return shared ? world.sharedStore() : host.disk();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(JournalProtocol.WriteMessages.class, this::onWrite)
                .match(JournalProtocol.ReplayMessages.class, this::onReplay)
                .match(JournalProtocol.DeleteMessagesTo.class, this::onDelete)
                .build();
    }

    private void onWrite(JournalProtocol.WriteMessages write) {
        var host = world.servedBy(owner);
        List<PersistentEnvelope> envelopes = CollectionConverters.asJava(write.messages());
        List<Disk.Change> changes = new ArrayList<>();
        List<Object> replies = new ArrayList<>();
        int id = write.actorInstanceId();
        int writes = 0;
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                writes++;
                prepare(host, atomic, id, changes, replies);
            } else if (envelope instanceof NonPersistentRepr loop) {
                replies.add(new JournalProtocol.LoopMessageSuccess(loop.payload(), id));
            }
        }
        replies.add(0, JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        var actor = write.persistentActor();
        int count = writes;
        Consumer<IOException> failed = why -> tellAll(actor, failures(envelopes, count, id, why));
        if (shared && isTaken(envelopes)) {
            var taken = new IOException("another writer has stored an event with this number");
            diskOf(host).read(host, () -> failed.accept(taken));
            return;
        }
        diskOf(host).write(host, changes, () -> tellAll(actor, replies), failed);
    }

    private static List<Object> failures(List<PersistentEnvelope> envelopes, int writes, int id, IOException why) {
        List<Object> failures = new ArrayList<>();
        failures.add(new JournalProtocol.WriteMessagesFailed(why, writes));
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                for (var event : CollectionConverters.asJava(atomic.payload())) {
                    failures.add(new JournalProtocol.WriteMessageFailure(event, why, id));
                }
            } else if (envelope instanceof NonPersistentRepr loop) {
                failures.add(new JournalProtocol.LoopMessageSuccess(loop.payload(), id));
            }
        }
        return failures;
    }

    /** An atomic write: whole, or torn. */
    private record Append(EventLog log, List<EventLog.Stored> events) implements Disk.Change {
        @Override
        public void whole() {
            log.append(events);
        }

        @Override
        public void torn(RandomGenerator random) {
            log.tear(events, random);
        }
    }

    private void prepare(Host host, AtomicWrite atomic, int id, List<Disk.Change> changes, List<Object> replies) {
        var events = CollectionConverters.asJava(atomic.payload());
        List<EventLog.Stored> stored = new ArrayList<>();
        try {
            for (var event : events) {
                stored.add(new EventLog.Stored(event.withPayload(""), payloads.toBytes(event.payload())));
            }
        } catch (Exception e) {
            // As every journal does: what cannot be serialized is rejected, and the actor goes on.
            events.forEach(event -> replies.add(new JournalProtocol.WriteMessageRejected(event, e, id)));
            return;
        }
        var log = diskOf(host).log(atomic.persistenceId());
        changes.add(new Append(log, stored));
        events.forEach(event -> replies.add(new JournalProtocol.WriteMessageSuccess(event, id)));
    }

    /** Whether another writer was first: each event's number may be used once. */
    private boolean isTaken(List<PersistentEnvelope> envelopes) {
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                var log = world.sharedStore().log(atomic.persistenceId());
                if (!log.promise(atomic.lowestSequenceNr(), atomic.highestSequenceNr())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void tellAll(ActorRef actor, List<Object> replies) {
        replies.forEach(reply -> actor.tell(reply, self()));
    }

    private void onReplay(JournalProtocol.ReplayMessages replay) {
        var host = world.servedBy(owner);
        diskOf(host).read(host, () -> {
            var actor = replay.persistentActor();
            var log = diskOf(host).log(replay.persistenceId());
            int cut = log.cutTornWrite();
            if (cut > 0) {
                world.note(
                        host, "cuts off a torn write behind event " + log.highest() + " of " + replay.persistenceId());
            }
            try {
                long left = replay.max();
                for (var event : log.events()
                        .tailMap(replay.fromSequenceNr(), true)
                        .headMap(replay.toSequenceNr(), true)
                        .values()) {
                    if (left-- > 0) {
                        actor.tell(new JournalProtocol.ReplayedMessage(read(event)), self());
                    }
                }
                actor.tell(new JournalProtocol.RecoverySuccess(log.highest()), self());
            } catch (Exception e) {
                world.note(host, "cannot recover: " + e.getMessage());
                actor.tell(new JournalProtocol.ReplayMessagesFailure(e), self());
            }
        });
    }

    private PersistentRepr read(EventLog.Stored event) throws DamagedException {
        var envelope = event.envelope();
        String what = "event " + envelope.sequenceNr() + " of " + envelope.persistenceId();
        return envelope.withPayload(payloads.fromBytes(event.payload(), what));
    }

    private void onDelete(JournalProtocol.DeleteMessagesTo delete) {
        var host = world.servedBy(owner);
        var log = diskOf(host).log(delete.persistenceId());
        var actor = delete.persistentActor();
        Disk.Change deletion = () -> log.deleteTo(delete.toSequenceNr());
        diskOf(host)
                .change(
                        host,
                        List.of(deletion),
                        () -> actor.tell(new DeleteMessagesSuccess(delete.toSequenceNr()), self()),
                        why -> actor.tell(new DeleteMessagesFailure(why, delete.toSequenceNr()), self()));
    }
}
