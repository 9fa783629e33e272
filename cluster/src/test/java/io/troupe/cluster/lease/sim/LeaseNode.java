package io.troupe.cluster.lease.sim;

import io.troupe.cluster.lease.GroupLease;
import io.troupe.cluster.lease.Leases;
import io.troupe.cluster.lease.TimeToLive;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.GroupHost;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.sim.cluster.ClusterNodeContext;
import io.troupe.sim.cluster.ClusterSimulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.coordination.lease.javadsl.LeaseProvider;

/** The nodes of one run: each has a replica of the group of leases; all contend for one, when they are to. */
final class LeaseNode {

    private enum Tick {
        LOOK,
        ACT
    }

    private final ClusterSimulation sim;
    private final List<String> members;
    private final TimeToLive timeToLive;
    /** Snapshots of the group outlive the nodes' lives, as its log does. */
    private final Map<String, SnapshotStorage> storages = new TreeMap<>();

    LeaseNode(ClusterSimulation sim, List<String> members, TimeToLive timeToLive) {
        this.sim = sim;
        this.members = members;
        this.timeToLive = timeToLive;
    }

    /** A node with a replica, and nothing else. */
    Behavior<Object> hosting(ClusterNodeContext node) {
        return Behaviors.setup(context -> {
            host(node, context);
            return Behaviors.empty();
        });
    }

    /** A node that also acquires and releases a lease again and again, and says when it holds it. */
    Behavior<Object> contending(ClusterNodeContext node, Tenures tenures) {
        return Behaviors.setup(context -> {
            host(node, context);
            String owner = node.name() + "/" + node.life();
            GroupLease lease = (GroupLease)
                    LeaseProvider.get(context.getSystem()).getLease("contested", "troupe.coordination.lease", owner);
            RandomGenerator random = node.random("contest");
            return Behaviors.withTimers(timers -> {
                timers.startTimerWithFixedDelay(Tick.LOOK, Duration.ofMillis(50));
                timers.startTimerWithFixedDelay(Tick.ACT, Duration.ofMillis(400));
                return Behaviors.receive(Object.class)
                        .onMessageEquals(Tick.LOOK, () -> {
                            lease.fencingToken().ifPresent(token -> tenures.seen(owner, token, sim.now()));
                            return Behaviors.same();
                        })
                        .onMessageEquals(Tick.ACT, () -> {
                            act(lease, random);
                            return Behaviors.same();
                        })
                        .build();
            });
        });
    }

    private static void act(GroupLease lease, RandomGenerator random) {
        if (!lease.checkLease()) {
            lease.acquire();
        } else if (random.nextInt(20) == 0) {
            lease.release();
        }
    }

    private void host(ClusterNodeContext node, org.apache.pekko.actor.typed.javadsl.ActorContext<Object> context) {
        join(node, context.getSystem());
        RaftSettings raft = RaftSettings.from(context.getSystem().settings().config());
        SnapshotStorage storage = storages.computeIfAbsent(node.name(), name -> new InMemorySnapshotStorage());
        var host = context.spawn(
                GroupHost.create(
                        node.name(), List.of(new RaftEngine(raft, storage, node.nanoClock())), node.random("raft")),
                "groups");
        Leases.get(context.getSystem()).provide(context.spawn(timeToLive.listening(host), "listening"), members);
    }

    /** At its first start by way of n1, which joins itself; later by way of any other, and alone when no other is a member. */
    private void join(ClusterNodeContext node, ActorSystem<?> system) {
        var manager = Cluster.get(system).manager();
        List<String> others =
                members.stream().filter(name -> !name.equals(node.name())).toList();
        if (node.life() == 0) {
            manager.tell(Join.create(address("n1")));
        } else if (others.stream()
                .noneMatch(name -> sim.node(name).isUp() && sim.node(name).isMember())) {
            manager.tell(Join.create(address(node.name())));
        } else {
            manager.tell(
                    new JoinSeedNodes(others.stream().map(name -> address(name)).toList()));
        }
    }

    private static Address address(String node) {
        return AddressFromURIString.parse("pekko://sim@" + node + ":25520");
    }
}
