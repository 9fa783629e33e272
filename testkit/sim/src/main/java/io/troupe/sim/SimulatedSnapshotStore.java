package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.persistence.DeleteSnapshotFailure;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import scala.Option;

/**
 * The snapshot plugin of a simulation, {@code troupe.sim.snapshot-store}: speaks Pekko's snapshot protocol, and puts each
 * node's snapshots on that node's own {@link Disk}.
 */
public final class SimulatedSnapshotStore extends AbstractActor {

    private static final int LOAD_ATTEMPTS_MAX = 3;

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
            var kept = diskOf(host).snapshots(load.persistenceId());
            kept.values().removeIf(Disk.StoredSnapshot::torn);
            try {
                requester.tell(
                        new SnapshotProtocol.LoadSnapshotResult(
                                newest(kept.descendingMap().values(), criteria), load.toSequenceNr()),
                        self());
            } catch (Exception e) {
                world.note(host, "cannot recover: " + e.getMessage());
                requester.tell(new SnapshotProtocol.LoadSnapshotFailed(e), self());
            }
        });
    }

    /** The newest that is whole, of the first few that match: what Pekko's own local store does. */
    private Option<SelectedSnapshot> newest(
            Collection<Disk.StoredSnapshot> newestFirst, SnapshotSelectionCriteria criteria) throws DamagedException {
        DamagedException damaged = null;
        int attempts = 0;
        for (var snapshot : newestFirst) {
            if (criteria.matches(snapshot.metadata()) && attempts++ < LOAD_ATTEMPTS_MAX) {
                var metadata = snapshot.metadata();
                try {
                    String what = "snapshot " + metadata.sequenceNr() + " of " + metadata.persistenceId();
                    return Option.apply(new SelectedSnapshot(metadata, payloads.fromBytes(snapshot.payload(), what)));
                } catch (DamagedException e) {
                    damaged = damaged == null ? e : damaged;
                }
            }
        }
        if (damaged != null) {
            throw damaged;
        }
        return Option.empty();
    }

    /** A torn one is what is left of a file that was being written: nobody takes it for a snapshot. */
    private record Save(NavigableMap<Long, Disk.StoredSnapshot> snapshots, Disk.StoredSnapshot snapshot)
            implements Disk.Change {
        @Override
        public void whole() {
            snapshots.put(snapshot.metadata().sequenceNr(), snapshot);
        }

        @Override
        public void torn(RandomGenerator random) {
            var part = new Disk.StoredSnapshot(
                    snapshot.metadata(), snapshot.payload().torn(random), true);
            snapshots.putIfAbsent(snapshot.metadata().sequenceNr(), part);
        }
    }

    private void onSave(SnapshotProtocol.SaveSnapshot save) {
        var host = world.servedBy(owner);
        var requester = sender();
        var metadata = save.metadata();
        Disk.StoredSnapshot stored;
        try {
            stored = new Disk.StoredSnapshot(metadata, payloads.toBytes(save.snapshot()), false);
        } catch (Exception e) {
            requester.tell(new SaveSnapshotFailure(metadata, e), self());
            return;
        }
        var snapshots = diskOf(host).snapshots(metadata.persistenceId());
        diskOf(host)
                .write(
                        host,
                        List.of(new Save(snapshots, stored)),
                        () -> requester.tell(new SaveSnapshotSuccess(metadata), self()),
                        why -> requester.tell(new SaveSnapshotFailure(metadata, why), self()));
    }

    private void onDelete(SnapshotProtocol.DeleteSnapshot delete) {
        var host = world.servedBy(owner);
        var requester = sender();
        var metadata = delete.metadata();
        var snapshots = diskOf(host).snapshots(metadata.persistenceId());
        Disk.Change deletion = () -> snapshots.remove(metadata.sequenceNr());
        diskOf(host)
                .change(
                        host,
                        List.of(deletion),
                        () -> requester.tell(new DeleteSnapshotSuccess(metadata), self()),
                        why -> requester.tell(new DeleteSnapshotFailure(metadata, why), self()));
    }

    private void onDeleteSome(SnapshotProtocol.DeleteSnapshots delete) {
        var host = world.servedBy(owner);
        var requester = sender();
        var criteria = delete.criteria();
        var snapshots = diskOf(host).snapshots(delete.persistenceId());
        Disk.Change deletion = () -> snapshots.values().removeIf(snapshot -> criteria.matches(snapshot.metadata()));
        diskOf(host)
                .change(
                        host,
                        List.of(deletion),
                        () -> requester.tell(new DeleteSnapshotsSuccess(criteria), self()),
                        why -> requester.tell(new DeleteSnapshotsFailure(criteria, why), self()));
    }
}
