package io.troupe.cluster.node;

import io.troupe.cluster.lease.Leases;
import io.troupe.persistence.replicated.ReplicatedPersistence;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;

/** The engine of a node's consensus groups, on the node's disk. */
final class GroupHosts {

    private GroupHosts() {}

    /** @throws NodeFailure when the snapshots' folder cannot be used */
    static Behavior<Groups.Command> raft(NodeSettings settings, DataDirectory directory) {
        Path folder = directory.of(DataDirectory.GROUP_SNAPSHOTS);
        try {
            return GroupHost.create(
                    settings.nodeId(),
                    List.of(new RaftEngine(RaftSettings.from(settings.config()), new FileSnapshotStorage(folder))),
                    new SecureRandom());
        } catch (IOException e) {
            throw NodeFailure.dataDirectory("The folder of snapshots " + folder + " cannot be used: " + e.getMessage());
        }
    }

    /** Has {@code host} host the groups that the node itself was told to have: of leases, and of replicated persistence. */
    static void provide(
            ActorSystem<?> system, NodeSettings settings, DataDirectory directory, ActorRef<Groups.Command> host) {
        if (settings.config().getBoolean(NodeSettings.COORDINATION)) {
            Leases.get(system).provide(host, settings.memberIds());
        }
        if (settings.config().getBoolean(NodeSettings.REPLICATED_PERSISTENCE)) {
            ReplicatedPersistence.get(system)
                    .provide(host, settings.memberIds(), directory.of(DataDirectory.REPLICATED_STATE));
        }
    }
}
