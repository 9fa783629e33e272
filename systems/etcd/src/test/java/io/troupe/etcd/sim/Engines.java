package io.troupe.etcd.sim;

import com.typesafe.config.Config;
import io.troupe.chain.ChainEngine;
import io.troupe.chain.ChainSettings;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.Engine;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.sim.NodeContext;
import java.util.TreeMap;

/** What orders the commands at the nodes of a simulation; each finds the snapshots of its earlier lives. */
final class Engines {

    private final String name;
    private final Config config;
    private final TreeMap<String, SnapshotStorage> storages = new TreeMap<>();

    /** @param name of the engine, the same at every node */
    Engines(String name, Config config) {
        this.name = name;
        this.config = config;
    }

    /** In this life of the node. */
    Engine of(NodeContext node) {
        return switch (name) {
            case RaftEngine.NAME -> raft(node, node.name());
            case PaxosEngine.NAME ->
                new PaxosEngine(PaxosSettings.from(config), storage(node.name()), node.nanoClock());
            case ChainEngine.NAME ->
                new ChainEngine(
                        ChainSettings.from(config),
                        storage(node.name()),
                        raft(node, node.name() + ", master"),
                        node.nanoClock());
            default -> throw new IllegalArgumentException("there is no engine " + name);
        };
    }

    private Engine raft(NodeContext node, String place) {
        return new RaftEngine(RaftSettings.from(config), storage(place), node.nanoClock());
    }

    private SnapshotStorage storage(String place) {
        return storages.computeIfAbsent(place, absent -> new InMemorySnapshotStorage());
    }
}
