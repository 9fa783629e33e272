package io.troupe.etcd.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.chain.ChainEngine;
import io.troupe.etcd.members.MemberMutants;
import io.troupe.paxos.PaxosEngine;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Members come, vote and go while whatever fails; and every bug of {@link MemberMutants} is found. */
@QuietLogs
class MembershipSimulationTest {

    @SimulationTest(
            seeds = 15,
            checksReplay = true,
            expects = {
                MembershipFaults.ADDED,
                MembershipFaults.PROMOTED,
                MembershipFaults.REMOVED,
                MembershipFaults.REFUSED,
                MembershipFaults.JOINED_AGAIN
            },
            failsOnUnreached = true)
    void whateverFailsRosterAndGroupAgreeInTheEndAndAreWhatClientsWereTold(Simulation sim) {
        new MembershipFaults().accept(sim);
    }

    @SimulationTest(
            seeds = 15,
            checksReplay = true,
            expects = {
                MembershipFaults.ADDED,
                MembershipFaults.PROMOTED,
                MembershipFaults.REMOVED,
                MembershipFaults.REFUSED,
                MembershipFaults.JOINED_AGAIN
            },
            failsOnUnreached = true)
    void onMultiPaxosTheyAgreeToo(Simulation sim) {
        new MembershipFaults(PaxosEngine.NAME).accept(sim);
    }

    @SimulationTest(
            seeds = 10,
            expects = {MembershipFaults.ADDED, MembershipFaults.PROMOTED, MembershipFaults.REMOVED},
            failsOnUnreached = true)
    void onAChainTheyAgreeToo(Simulation sim) {
        new MembershipFaults(ChainEngine.NAME).accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 2_000, firstSeed = 15)
    void whateverFailsForManySeeds(Simulation sim) {
        new MembershipFaults().accept(sim);
    }

    static List<Mutant> mutants() {
        return MemberMutants.all();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        new MutantHunt(MembershipFaults.class, ConfigFactory.empty()).mustFind(mutant);
    }
}
