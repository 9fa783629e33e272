package io.troupe.raft.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Nodes of one Raft group in a simulation, watched: what is outside the nodes and outlives them. */
final class RaftCluster {

    private final RaftSettings settings;
    private final List<String> names;
    private final TreeMap<String, SnapshotStorage> storages = new TreeMap<>();
    private final HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder = new HistoryRecorder<>();

    RaftCluster(Simulation sim, int size, String hocon) {
        settings = RaftSettings.from(ConfigFactory.parseString(hocon).withFallback(ConfigFactory.load()));
        names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        NodeFaults.restartFallen(sim, Duration.ofSeconds(1));
        sim.nodes(size, node -> RaftNode.create(node, this));
    }

    RaftSettings settings() {
        return settings;
    }

    List<String> names() {
        return names;
    }

    SnapshotStorage storage(String node) {
        return storages.computeIfAbsent(node, absent -> new InMemorySnapshotStorage());
    }

    /** A client that was cut off by a crash is another client afterwards. */
    int processOf(NodeContext node) {
        return names.indexOf(node.name()) + 100 * node.life();
    }

    HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder() {
        return recorder;
    }
}
