package io.troupe.sim.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Fault;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.junit.SimulationTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The cluster stage by the same surface as the protocol stage: seeds, nemesis, history, verdict, replay, trace. */
class ClusterSurfaceTest {

    @SimulationTest(seeds = 5, config = TestCluster.SERIALIZATION, expects = "a bank that opens again")
    void noConfirmedDepositIsForgotten(ClusterSimulation sim) {
        deposits(sim, () -> new Account("bank"));
    }

    static void deposits(ClusterSimulation sim, Supplier<Behavior<Account.Command>> account) {
        var recorder = sim.<BankBranches.Operation, Integer>recorder();
        sim.node("n1", node -> BankBranches.bank(node, account));
        for (int client : sim.clients(2)) {
            sim.node("n" + (client + 1), node -> BankBranches.branch(node, client, recorder));
        }
        sim.nemesis(
                ofSeconds(25),
                ofSeconds(2),
                Fault.partitions(),
                Fault.slowLinks(ofMillis(500)),
                Fault.badNetwork(0.1, ofMillis(100)),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(0.1),
                Fault.slowDisks(ofMillis(200)),
                Fault.stops(),
                Fault.clockSkew(ofSeconds(10)));
        sim.runFor(ofSeconds(30));
        var history = recorder.history();
        sim.judge(Linearizability.check(new BankBranches.Deposits(), history, Limits.within(ofSeconds(10))));
    }

    @Test
    void aFailingSeedIsShrunkJudgedAndTraced() throws IOException {
        List<Throwable> failures = new ArrayList<>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(AForgetfulBank.class))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
            }
        });
        assertThat(failures).isNotEmpty();
        assertThat(failures.get(0)).hasMessageContaining("what clients saw is not valid");
        var replay = failures.get(0).getSuppressed()[0].getMessage();
        assertThat(replay)
                .contains("-Dtest='AForgetfulBank#forgets'", "-Dtroupe.seed=", "-Dtroupe.faults=")
                .containsPattern("[12] of \\d+ faults are enough, 1 of 2 clients are enough");
        var trace = Pattern.compile("trace in (.*\\.html)").matcher(replay);
        assertThat(trace.find()).isTrue();
        assertThat(Files.readString(Path.of(trace.group(1))))
                .contains("AForgetfulBank.forgets, seed ", "n1", "Deposit", "DEPOSIT", "\"role\":\"breaks\"");
    }
}
