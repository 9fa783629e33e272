package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Replica;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.Set;

/** Whole groups with a witness in virtual time, with clients at each of their nodes. */
class RaftWitnessSimulationTest {

    private static void serves(WatchedGroup group) {
        group.sim.runUntil(() -> group.leader().isPresent(), WatchedGroup.PATIENCE);
        int before = group.clients.writes();
        group.sim.runUntil(() -> group.clients.writes() > before + 3, WatchedGroup.PATIENCE);
    }

    @SimulationTest(seeds = 20)
    void whoKeepsTheStateLeadsWithItsWitnesses(Simulation sim) {
        new WitnessFaults().accept(sim);
    }

    @SimulationTest(seeds = 10, expects = Reached.WITNESS_DECIDES, failsOnUnreached = true)
    void oneVoterWithAStateServesWithItsWitness(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3, 3, Set.of("n3"));
        serves(group);
        String follower = group.leader().orElseThrow().equals("n1") ? "n2" : "n1";
        group.nodes.get(follower).crash();
        serves(group);
        assertThat(group.clients.history("n3")).isEmpty();
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aWitnessIsAddedAndRemoved(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3, 2, Set.of("n3"));
        serves(group);
        assertThat(group.reconfigure(Replica.MemberChange.addWitness("n3")))
                .isInstanceOfSatisfying(
                        Replica.Reconfigured.class,
                        done -> assertThat(done.members().witnesses()).containsExactly("n3"));
        String follower = group.leader().orElseThrow().equals("n1") ? "n2" : "n1";
        group.nodes.get(follower).crash();
        serves(group);
        group.nodes.get(follower).restart();
        serves(group);
        assertThat(group.reconfigure(Replica.MemberChange.remove("n3")))
                .isInstanceOfSatisfying(
                        Replica.Reconfigured.class,
                        done -> assertThat(done.members().witnesses()).isEmpty());
        group.finish();
    }
}
