package io.troupe.sim;

import com.typesafe.config.Config;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
        List<Runnable> changes = new ArrayList<>();
        List<Object> replies = new ArrayList<>();
        List<Object> failures = new ArrayList<>();
        var broken = new IOException("simulated I/O error on the disk of " + host);
        int id = write.actorInstanceId();
        int writes = 0;
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                writes++;
                prepare(host, atomic, id, changes, replies);
                for (var event : CollectionConverters.asJava(atomic.payload())) {
                    failures.add(new JournalProtocol.WriteMessageFailure(event, broken, id));
                }
            } else if (envelope instanceof NonPersistentRepr loop) {
                replies.add(new JournalProtocol.LoopMessageSuccess(loop.payload(), id));
                failures.add(new JournalProtocol.LoopMessageSuccess(loop.payload(), id));
            }
        }
        replies.add(0, JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        failures.add(0, new JournalProtocol.WriteMessagesFailed(broken, writes));
        var actor = write.persistentActor();
        if (shared && isTaken(envelopes)) {
            diskOf(host).read(host, () -> tellAll(actor, failures));
            return;
        }
        diskOf(host).write(host, changes, () -> tellAll(actor, replies), () -> tellAll(actor, failures));
    }

    private void prepare(Host host, AtomicWrite atomic, int id, List<Runnable> changes, List<Object> replies) {
        var events = CollectionConverters.asJava(atomic.payload());
        List<Disk.StoredEvent> stored = new ArrayList<>();
        try {
            for (var event : events) {
                stored.add(new Disk.StoredEvent(event.withPayload(""), payloads.toBytes(event.payload())));
            }
        } catch (Exception e) {
            // As every journal does: what cannot be serialized is rejected, and the actor goes on.
            events.forEach(event -> replies.add(new JournalProtocol.WriteMessageRejected(event, e, id)));
            return;
        }
        var log = diskOf(host).log(atomic.persistenceId());
        changes.add(() -> stored.forEach(log::append));
        events.forEach(event -> replies.add(new JournalProtocol.WriteMessageSuccess(event, id)));
    }

    /** Whether another writer was first: each event's number may be used once. */
    private boolean isTaken(List<PersistentEnvelope> envelopes) {
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                var log = world.sharedStore().log(atomic.persistenceId());
                if (atomic.lowestSequenceNr() <= log.highestPromised) {
                    return true;
                }
            }
        }
        for (var envelope : envelopes) {
            if (envelope instanceof AtomicWrite atomic) {
                world.sharedStore().log(atomic.persistenceId()).highestPromised = atomic.highestSequenceNr();
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
            try {
                log.events.tailMap(replay.fromSequenceNr(), true).headMap(replay.toSequenceNr(), true).values().stream()
                        .limit(replay.max())
                        .forEach(event -> actor.tell(new JournalProtocol.ReplayedMessage(read(event)), self()));
                actor.tell(new JournalProtocol.RecoverySuccess(log.highest), self());
            } catch (Exception e) {
                actor.tell(new JournalProtocol.ReplayMessagesFailure(e), self());
            }
        });
    }

    private PersistentRepr read(Disk.StoredEvent event) {
        return event.envelope().withPayload(payloads.fromBytes(event.payload()));
    }

    private void onDelete(JournalProtocol.DeleteMessagesTo delete) {
        var host = world.servedBy(owner);
        var log = diskOf(host).log(delete.persistenceId());
        var actor = delete.persistentActor();
        var broken = new IOException("simulated I/O error on the disk of " + host);
        diskOf(host)
                .write(
                        host,
                        List.of(() -> log.deleteTo(delete.toSequenceNr())),
                        () -> actor.tell(new DeleteMessagesSuccess(delete.toSequenceNr()), self()),
                        () -> actor.tell(new DeleteMessagesFailure(broken, delete.toSequenceNr()), self()));
    }
}
