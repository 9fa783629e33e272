package io.troupe.sim.example;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.ArrayList;

/** As {@link TicketsTest}, of a dispenser that forgets: fails, and is run by {@link FailureExperienceTest} alone. */
class ForgetfulDispenser {

    @SimulationTest(seeds = 5, config = TicketsTest.CONFIG)
    void noTicketIsGivenTwice(Simulation sim) {
        var given = new ArrayList<Long>();
        sim.node("dispenser", node -> Dispenser.forgetful(0));
        for (int client : sim.clients(3)) {
            sim.node("visitor" + client, node -> Visitor.create(node.peer("dispenser"), given::add));
        }
        sim.nemesis(ofSeconds(10), ofSeconds(1), Fault.crashes(), Fault.partitions(), Fault.pauses());
        sim.afterEveryStep("no ticket is given twice", () -> assertThat(given).doesNotHaveDuplicates());
        sim.runFor(ofSeconds(15));
    }

    @SimulationTest(
            seeds = 3,
            config = TicketsTest.CONFIG,
            expects = {"the end of the world", "a ticket"},
            failsOnUnreached = true)
    void neverReachesWhatItShould(Simulation sim) {
        sim.node("dispenser", node -> Dispenser.create());
        sim.node("visitor", node -> Visitor.create(node.peer("dispenser"), number -> sim.reached("a ticket")));
        sim.runFor(ofSeconds(1));
    }
}
