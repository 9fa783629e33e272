package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.cluster.lease.Leases;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.persistence.replicated.ReplicatedPersistence;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.Engine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;

/** The engines of a node's consensus groups, on the node's disk. */
final class GroupHosts {

    private static final String STANDARD_ENGINE = "troupe.groups.engine";
    private static final List<String> ENGINES = List.of(RaftEngine.NAME, PaxosEngine.NAME);

    private GroupHosts() {}

    /** @throws ConfigException naming the path, the value and what would be right */
    static void requireRight(Config config) {
        RaftSettings.from(config);
        PaxosSettings.from(config);
        standardEngine(config);
    }

    private static String standardEngine(Config config) {
        String name = config.getString(STANDARD_ENGINE);
        if (!ENGINES.contains(name)) {
            throw new ConfigException.BadValue(
                    config.getValue(STANDARD_ENGINE).origin(),
                    STANDARD_ENGINE,
                    "is \"" + name + "\"; it must be one of " + ENGINES);
        }
        return name;
    }

    /** @throws NodeFailure when a folder of snapshots cannot be used */
    static Behavior<Groups.Command> create(NodeSettings settings, DataDirectory directory) {
        Config config = settings.config();
        Engine raft = new RaftEngine(RaftSettings.from(config), storage(directory.of(DataDirectory.GROUP_SNAPSHOTS)));
        Engine paxos = new PaxosEngine(
                PaxosSettings.from(config),
                storage(directory.of(DataDirectory.GROUP_SNAPSHOTS).resolve(PaxosEngine.NAME)),
                System::nanoTime);
        List<Engine> standardFirst =
                standardEngine(config).equals(PaxosEngine.NAME) ? List.of(paxos, raft) : List.of(raft, paxos);
        return GroupHost.create(settings.nodeId(), standardFirst, new SecureRandom());
    }

    private static FileSnapshotStorage storage(Path folder) {
        try {
            return new FileSnapshotStorage(folder);
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
