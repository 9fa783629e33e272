package io.troupe.replication.sim;

import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Predicate;

/** What goes wrong at a node that the test names, for a while; and all that goes wrong anywhere. */
public record NodeFaults(Simulation sim, SortedMap<String, ? extends Node<?>> nodes) {

    /** A node that falls by itself is started again. */
    public static void restartFallen(Simulation sim, Duration after) {
        sim.onNodeDeath(node -> sim.after(after, () -> {
            if (!node.isUp()) {
                node.restart();
            }
        }));
    }

    /** Everything that the simulator knows, for {@code length}. */
    public void nemesis(Duration length) {
        sim.nemesis(
                length,
                Duration.ofMillis(500),
                Fault.partitions(),
                Fault.crashes(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(0.2),
                Fault.badNetwork(0.2, Duration.ofMillis(100)),
                Fault.badNetwork(0.05, Duration.ofMillis(600)),
                Fault.slowDisks(Duration.ofMillis(500)),
                Fault.failingDisks(0.3));
    }

    /** Answers take as long as a replica waits for them: a run of elections. */
    public void storm(Duration length) {
        var storm = NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(250));
        for (long at = 1_000; at < length.toMillis(); at += 250) {
            sim.after(Duration.ofMillis(at), () -> sim.network(storm)); // Again, for a fault's end brings good weather.
        }
    }

    /** Until the end of all faults: what is said on this link comes when it is no longer true. */
    public void slow(String from, String to) {
        sim.network(from, to, NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofSeconds(1)));
    }

    public void crash(String name, long millis) {
        Node<?> node = node(name);
        if (node.isUp()) {
            node.crash();
            sim.after(Duration.ofMillis(millis), () -> {
                if (!node.isUp()) {
                    node.restart();
                }
            });
        }
    }

    public void pause(String name, long millis) {
        Node<?> node = node(name);
        if (node.isUp() && !node.isPaused()) {
            node.pause();
            sim.after(Duration.ofMillis(millis), () -> {
                if (node.isPaused()) {
                    node.resume();
                }
            });
        }
    }

    /** In both directions. */
    public void cutOff(String name, long millis) {
        cut(name, node -> !node.equals(name), millis);
    }

    /** The two hear each other, and the first nobody else. */
    public void leaveAlone(String name, String other, long millis) {
        cut(name, node -> !node.equals(name) && !node.equals(other), millis);
    }

    private void cut(String name, Predicate<String> from, long millis) {
        List<String> others = nodes.keySet().stream().filter(from).toList();
        others.forEach(other -> {
            sim.cut(name, other);
            sim.cut(other, name);
        });
        sim.after(
                Duration.ofMillis(millis),
                () -> others.forEach(other -> {
                    sim.mend(name, other);
                    sim.mend(other, name);
                }));
    }

    private Node<?> node(String name) {
        Node<?> node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name + " among " + nodes.keySet());
        }
        return node;
    }

    /** Nothing is wrong any more, and all nodes run. */
    public void mend() {
        sim.heal();
        sim.network(NetworkConditions.good());
        nodes.values().forEach(node -> {
            if (!node.isUp()) {
                node.restart();
            } else if (node.isPaused()) {
                node.resume();
            }
        });
    }
}
