package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * In every second run two servers with the state and a witness, whose leader is lost again and again, each time while what it
 * says takes long to come to the other: which must then lead, with the witness's vote, for it was there all the time. In the
 * others one server with the state, whose disk is slow and which crashes, and two witnesses.
 */
final class WitnessFaults implements Consumer<Simulation> {

    private static final int LEADERS_LOST = 4;
    private static final Duration UNDISTURBED = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @Override
    public void accept(Simulation sim) {
        if (sim.random("witnesses").nextBoolean()) {
            leadersAreLost(sim);
        } else {
            oneKeepsTheState(sim);
        }
    }

    private static void oneKeepsTheState(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3, 3, Set.of("n2", "n3"));
        sim.nemesis(
                Duration.ofSeconds(8),
                Duration.ofMillis(500),
                Fault.slowDisks(Duration.ofMillis(300)),
                Fault.crashes());
        sim.runFor(Duration.ofSeconds(8));
        group.finish();
    }

    private static void leadersAreLost(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3, 3, Set.of("n3"));
        for (int i = 0; i < LEADERS_LOST; i++) {
            sim.runUntil(() -> group.leader().isPresent(), WatchedGroup.PATIENCE);
            sim.runFor(UNDISTURBED);
            loseTheLeader(sim, group);
        }
        group.finish();
    }

    private static void loseTheLeader(Simulation sim, WatchedGroup group) {
        String leader = group.leader().orElseThrow();
        String survivor = leader.equals("n1") ? "n2" : "n1";
        var late = NetworkConditions.good().withLatency(Duration.ofMillis(40), Duration.ofMillis(40));
        sim.network(leader, survivor, late);
        sim.runFor(Duration.ofMillis(500));
        sim.cut(leader, survivor); // What is under way does not come any more.
        group.nodes.get(leader).crash();
        group.roles.remove(leader);
        sim.runUntil(() -> group.roles.get(survivor) == Replica.Role.LEADER, PATIENCE);
        int before = group.clients.writes();
        sim.runUntil(() -> group.clients.writes() > before + 3, PATIENCE);
        sim.networkAsElsewhere(leader, survivor);
        sim.mend(leader, survivor);
        group.nodes.get(leader).restart();
    }
}
