package io.troupe.persistence.replicated.sim;

import io.troupe.persistence.files.MemoryDisk;
import io.troupe.persistence.replicated.ReplicatedPersistence;
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
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SingletonActor;

/** The nodes of one run: each hosts a replica of the group and asks the counter for an increment now and then. */
final class CounterNode {

    /** Where the counter lives. */
    enum Deployment {
        /** On one node at a time, as Pekko's cluster singleton sees to it. */
        SINGLETON,
        /** On every node at once, as nobody should: the journal alone keeps them apart. */
        EVERYWHERE
    }

    private enum Tick {
        TICK
    }

    private final ClusterSimulation sim;
    private final Deployment deployment;
    private final List<String> members;
    private final Ledger ledger;
    private final Duration pause;
    /** Snapshots of the group outlive the nodes' lives, as its log does. */
    private final Map<String, SnapshotStorage> storages = new TreeMap<>();

    private long increments;

    CounterNode(ClusterSimulation sim, Deployment deployment, List<String> members, Ledger ledger, Duration pause) {
        this.sim = sim;
        this.deployment = deployment;
        this.members = members;
        this.ledger = ledger;
        this.pause = pause;
    }

    Behavior<Object> create(ClusterNodeContext node) {
        return Behaviors.setup(context -> {
            join(node, context.getSystem());
            RaftSettings raft = RaftSettings.from(context.getSystem().settings().config());
            SnapshotStorage storage = storages.computeIfAbsent(node.name(), name -> new InMemorySnapshotStorage());
            var host = context.spawn(
                    GroupHost.create(
                            node.name(), List.of(new RaftEngine(raft, storage, node.nanoClock())), node.random("raft")),
                    "groups");
            ReplicatedPersistence.get(context.getSystem()).provide(host, members, new MemoryDisk());
            ActorRef<MovingCounter.Increment> counter = counter(node, context);
            return Behaviors.withTimers(timers -> {
                timers.startTimerWithFixedDelay(Tick.TICK, pause);
                return Behaviors.receive(Object.class)
                        .onMessageEquals(Tick.TICK, () -> {
                            counter.tell(new MovingCounter.Increment(node.name() + "-" + ++increments));
                            return Behaviors.same();
                        })
                        .build();
            });
        });
    }

    private ActorRef<MovingCounter.Increment> counter(ClusterNodeContext node, ActorContext<Object> context) {
        Behavior<MovingCounter.Increment> counter = MovingCounter.create(node.name() + "/" + node.life(), ledger);
        return deployment == Deployment.SINGLETON
                ? ClusterSingleton.get(context.getSystem()).init(SingletonActor.of(counter, "counter"))
                : context.spawn(counter, "counter");
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
