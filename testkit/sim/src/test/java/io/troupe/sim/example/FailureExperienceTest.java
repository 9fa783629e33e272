package io.troupe.sim.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What somebody is told whose protocol fails. */
class FailureExperienceTest {

    @Test
    void aFailingSeedIsShrunkToOneCrashAndTwoClientsAtMostAndTraced() throws IOException {
        var failures = run("noTicketIsGivenTwice");
        assertThat(failures).hasSizeBetween(1, 3);
        var failure = failures.get(0);
        assertThat(failure).hasMessageContaining("'no ticket is given twice' does not hold");
        var replay = failure.getSuppressed()[0].getMessage();
        assertThat(replay)
                .contains("-Dtest='ForgetfulDispenser#noTicketIsGivenTwice'", "-Dtroupe.seed=", "-Dtroupe.faults=")
                .containsPattern("-Dtroupe.clients=\\d(,\\d)?\\n")
                .containsPattern("1 of \\d+ faults are enough")
                .containsPattern("[12] of 3 clients are enough");
        var trace = Pattern.compile("trace in (.*\\.html)").matcher(replay);
        assertThat(trace.find()).isTrue();
        assertThat(Files.readString(Path.of(trace.group(1))))
                .contains("ForgetfulDispenser.noTicketIsGivenTwice, seed ")
                .contains("'no ticket is given twice' does not hold", "crash of dispenser", "TakeTicket");
    }

    @Test
    void aSuiteThatNeverReachesWhatItDeclaredFailsWithItsLastSeed() {
        var failures = run("neverReachesWhatItShould");
        assertThat(failures).hasSize(1);
        assertThat(failures.get(0))
                .hasMessageContaining("never reached [the end of the world]")
                .hasMessageContaining("in 3 of 3 seeds: a ticket")
                .hasMessageContaining("NEVER in 3 seeds: the end of the world");
    }

    private static List<Throwable> run(String method) {
        var failures = new ArrayList<Throwable>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectMethod(ForgetfulDispenser.class, method, Simulation.class))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
            }
        });
        return failures;
    }
}
