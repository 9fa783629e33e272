package io.troupe.replication.linearizability;

import io.troupe.replication.AnyEngine;
import io.troupe.replication.Engine;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Nodes of one group in a simulation, watched: what is outside the nodes and outlives them. */
final class KeyValueGroup {

    private final AnyEngine engine;
    private final NodeFaults faults;
    private final TreeMap<String, SnapshotStorage> storages = new TreeMap<>();
    private final HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder = new HistoryRecorder<>();

    KeyValueGroup(Simulation sim, String engine, int size) {
        this.engine = new AnyEngine(
                engine, IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList());
        NodeFaults.restartFallen(sim, Duration.ofSeconds(1));
        var nodes = new TreeMap<String, Node<?>>();
        names().forEach(name -> nodes.put(name, sim.node(name, node -> KeyValueNode.create(node, this))));
        faults = new NodeFaults(sim, nodes);
    }

    List<String> names() {
        return engine.nodes();
    }

    NodeFaults faults() {
        return faults;
    }

    /** For one life of the node. */
    Engine engine(NodeContext node) {
        return engine.at(node, storages.computeIfAbsent(node.name(), absent -> new InMemorySnapshotStorage()));
    }

    /** A client that was cut off by a crash is another client afterwards. */
    int processOf(NodeContext node) {
        return names().indexOf(node.name()) + 100 * node.life();
    }

    HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder() {
        return recorder;
    }
}
