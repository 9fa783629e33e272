package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.chain.ChainEngine;
import io.troupe.chain.ChainSettings;
import io.troupe.cluster.GroupEngines;
import io.troupe.cluster.lease.Leases;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.pbft.Keys;
import io.troupe.pbft.PbftEngine;
import io.troupe.pbft.PbftSettings;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;

/** The engines of a node's consensus groups, on the node's disk. */
final class GroupHosts {

    private static final String STANDARD_ENGINE = "troupe.groups.engine";
    private static final String KEYS = "troupe.pbft.keys";

    private GroupHosts() {}

    /**
     * @throws ConfigException naming the path, the value and what would be right
     * @throws SettingsException when the keys that PBFT needs are wrong
     */
    static void requireRight(NodeSettings settings) {
        Config config = settings.config();
        RaftSettings.from(config);
        PaxosSettings.from(config).requireQuorumsOf(settings.memberIds().size());
        PbftSettings.from(config);
        ChainSettings.from(config);
        GroupEngines.required(config, STANDARD_ENGINE);
        keys(settings);
    }

    private static Optional<Path> keysFolder(Config config) {
        return Optional.of(config.getString(KEYS))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }

    private static Optional<Keys> keys(NodeSettings settings) {
        return keysFolder(settings.config())
                .map(folder -> KeyFiles.read(KEYS, folder, settings.nodeId(), settings.memberIds()));
    }

    /** @throws NodeFailure when a folder of snapshots cannot be used */
    static Behavior<Groups.Command> create(NodeSettings settings, DataDirectory directory) {
        Config config = settings.config();
        boolean hasLostData = !settings.lostData().isEmpty();
        List<Engine> engines = new ArrayList<>();
        var raft = new RaftEngine(
                RaftSettings.from(config), storage(directory.of(DataDirectory.GROUP_SNAPSHOTS)), System::nanoTime);
        engines.add(raft);
        engines.add(new PaxosEngine(
                PaxosSettings.from(config), storage(of(directory, PaxosEngine.NAME)), hasLostData, System::nanoTime));
        engines.add(new ChainEngine(
                ChainSettings.from(config),
                storage(of(directory, ChainEngine.NAME)),
                raft,
                hasLostData,
                System::nanoTime));
        keys(settings)
                .ifPresent(keys -> engines.add(new PbftEngine(
                        PbftSettings.from(config),
                        storage(of(directory, PbftEngine.NAME)),
                        keys,
                        hasLostData,
                        System::nanoTime)));
        String standard = config.getString(STANDARD_ENGINE);
        engines.sort(Comparator.comparing(engine -> !engine.name().equals(standard))); // The first is the standard.
        return GroupHost.create(settings.nodeId(), engines, new SecureRandom());
    }

    private static Path of(DataDirectory directory, String engine) {
        return directory.of(DataDirectory.GROUP_SNAPSHOTS).resolve(engine);
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
