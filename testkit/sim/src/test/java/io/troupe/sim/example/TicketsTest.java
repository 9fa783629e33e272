package io.troupe.sim.example;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.ArrayList;

class TicketsTest {

    /** How your messages travel; your own application.conf says it already. */
    static final String CONFIG =
            """
            pekko.actor.allow-java-serialization = on
            pekko.actor.warn-about-java-serializer-usage = off
            """;

    @SimulationTest(seeds = 50, config = CONFIG, expects = "a dispenser that starts again")
    void noTicketIsGivenTwice(Simulation sim) {
        var given = new ArrayList<Long>();
        sim.node("dispenser", node -> {
            if (node.life() > 0) {
                node.reached("a dispenser that starts again");
            }
            return Dispenser.create();
        });
        for (int client : sim.clients(3)) {
            sim.node("visitor" + client, node -> Visitor.create(node.peer("dispenser"), given::add));
        }
        sim.nemesis(ofSeconds(10), ofSeconds(1), Fault.crashes(), Fault.partitions(), Fault.pauses());
        sim.afterEveryStep("no ticket is given twice", () -> assertThat(given).doesNotHaveDuplicates());
        sim.runFor(ofSeconds(15));
        assertThat(given).isNotEmpty();
    }
}
