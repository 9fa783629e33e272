package io.troupe.etcd.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Nodes that serve the store in a simulation, and those who follow it: what is outside the nodes and outlives them. */
final class EtcdCluster {

    private final Simulation sim;
    private final Engines engines;
    private final List<String> names;
    private final TreeMap<String, Consumer<Replica.Status>> serving = new TreeMap<>();
    private final RunRecord record;
    private final List<Node<EtcdNode.Command>> nodes;
    private final List<Follower> followers = new ArrayList<>();
    private final RandomGenerator random;
    private final RandomGenerator slowness;
    private int connections;

    /**
     * @param engine what orders the commands
     * @param clockRateMax of any node's clock
     */
    EtcdCluster(Simulation sim, String engine, int size, int followerCount, double clockRateMax, String hocon) {
        this.sim = sim;
        this.random = sim.random("followers");
        this.record = new RunRecord(sim::now, clockRateMax, sim::reached);
        this.engines = new Engines(engine, ConfigFactory.parseString(hocon).withFallback(ConfigFactory.load()));
        this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        this.slowness = sim.random("slow readers");
        sim.onNodeDeath(node -> {
            if (sim.faults().stream().anyMatch(fault -> fault.contains("failing disk of " + node.name()))) {
                sim.reached(Reached.DISK_FAILED);
            } else {
                record.check(false, () -> "the node " + node.name() + " fell, although its disk never failed");
            }
            sim.after(Duration.ofSeconds(1), () -> {
                if (!node.isUp()) {
                    node.restart();
                }
            });
        });
        this.nodes = sim.nodes(size, node -> EtcdNode.create(node, this));
        for (int i = 0; i < followerCount; i++) {
            var follower = new Follower(i, i == 0, record);
            followers.add(follower);
            reconnect(follower);
            if (follower.isSlow()) {
                takeSome(follower);
            }
        }
    }

    /** To any node, again and again; one that is down or cut off brings nothing until the next time. */
    private void reconnect(Follower follower) {
        var node = nodes.get(random.nextInt(nodes.size()));
        if (node.isUp()) {
            node.ref().tell(new EtcdNode.Follow(follower, ++connections));
        }
        sim.after(Duration.ofMillis(500 + random.nextInt(3000)), () -> reconnect(follower));
    }

    private void takeSome(Follower follower) {
        follower.takeSome(1 + slowness.nextInt(4));
        sim.after(Duration.ofMillis(200 + slowness.nextInt(1500)), () -> takeSome(follower));
    }

    Engine engine(NodeContext node) {
        return engines.of(node);
    }

    List<String> names() {
        return names;
    }

    /** The node's present life is to be told its replica's status. */
    void serving(String node, Consumer<Replica.Status> told) {
        serving.put(node, told);
    }

    void statusOf(String node, Replica.Status status) {
        if (status.role() == Replica.Role.LEADER) {
            record.leads(status.term());
        }
        serving.get(node).accept(status);
    }

    RunRecord record() {
        return record;
    }

    List<Follower> followers() {
        return followers;
    }
}
