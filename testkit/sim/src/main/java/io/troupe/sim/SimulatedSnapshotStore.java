package io.troupe.sim;

import com.typesafe.config.Config;
import java.io.IOException;
import java.util.List;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.persistence.DeleteSnapshotFailure;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotProtocol;
import scala.Option;

/**
 * The snapshot plugin of a simulation, {@code troupe.sim.snapshot-store}: speaks Pekko's snapshot protocol, and puts each
 * node's snapshots on that node's own {@link Disk}.
 */
public final class SimulatedSnapshotStore extends AbstractActor {

    private final World world = World.of(context().system().settings().config());
    private final Host owner = world.ownerOf(context().system().settings().config());
    private final StoredPayloads payloads = new StoredPayloads(context().system());
    private final boolean shared;

    /** Called by Pekko. */
    public SimulatedSnapshotStore(Config config) {
        shared = config.getBoolean("shared");
    }

    private Disk diskOf(Host host) {
        return shared ? world.sharedStore() : host.disk();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(SnapshotProtocol.LoadSnapshot.class, this::onLoad)
                .match(SnapshotProtocol.SaveSnapshot.class, this::onSave)
                .match(SnapshotProtocol.DeleteSnapshot.class, this::onDelete)
                .match(SnapshotProtocol.DeleteSnapshots.class, this::onDeleteSome)
                .build();
    }

    private void onLoad(SnapshotProtocol.LoadSnapshot load) {
        var host = world.servedBy(owner);
        var requester = sender();
        diskOf(host).read(host, () -> {
            var criteria = load.criteria().limit(load.toSequenceNr());
            var newest = diskOf(host).snapshots(load.persistenceId()).descendingMap().values().stream()
                    .filter(snapshot -> criteria.matches(snapshot.metadata()))
                    .findFirst();
            try {
                Option<SelectedSnapshot> found = newest.isEmpty()
                        ? Option.empty()
                        : Option.apply(new SelectedSnapshot(
                                newest.get().metadata(),
                                payloads.fromBytes(newest.get().payload())));
                requester.tell(new SnapshotProtocol.LoadSnapshotResult(found, load.toSequenceNr()), self());
            } catch (Exception e) {
                requester.tell(new SnapshotProtocol.LoadSnapshotFailed(e), self());
            }
        });
    }

    private void onSave(SnapshotProtocol.SaveSnapshot save) {
        var host = world.servedBy(owner);
        var requester = sender();
        var metadata = save.metadata();
        Disk.StoredSnapshot stored;
        try {
            stored = new Disk.StoredSnapshot(metadata, payloads.toBytes(save.snapshot()));
        } catch (Exception e) {
            requester.tell(new SaveSnapshotFailure(metadata, e), self());
            return;
        }
        var snapshots = diskOf(host).snapshots(metadata.persistenceId());
        diskOf(host)
                .write(
                        host,
                        List.of(() -> snapshots.put(metadata.sequenceNr(), stored)),
                        () -> requester.tell(new SaveSnapshotSuccess(metadata), self()),
                        () -> requester.tell(new SaveSnapshotFailure(metadata, broken(host)), self()));
    }

    private void onDelete(SnapshotProtocol.DeleteSnapshot delete) {
        var host = world.servedBy(owner);
        var requester = sender();
        var metadata = delete.metadata();
        var snapshots = diskOf(host).snapshots(metadata.persistenceId());
        diskOf(host)
                .write(
                        host,
                        List.of(() -> snapshots.remove(metadata.sequenceNr())),
                        () -> requester.tell(new DeleteSnapshotSuccess(metadata), self()),
                        () -> requester.tell(new DeleteSnapshotFailure(metadata, broken(host)), self()));
    }

    private void onDeleteSome(SnapshotProtocol.DeleteSnapshots delete) {
        var host = world.servedBy(owner);
        var requester = sender();
        var criteria = delete.criteria();
        var snapshots = diskOf(host).snapshots(delete.persistenceId());
        diskOf(host)
                .write(
                        host,
                        List.of(() -> snapshots.values().removeIf(snapshot -> criteria.matches(snapshot.metadata()))),
                        () -> requester.tell(new DeleteSnapshotsSuccess(criteria), self()),
                        () -> requester.tell(new DeleteSnapshotsFailure(criteria, broken(host)), self()));
    }

    private static IOException broken(Host host) {
        return new IOException("simulated I/O error on the disk of " + host);
    }
}
