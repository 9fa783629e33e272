package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;

class SimulationExtensionTest {

    private static final List<Long> SEEDS = new ArrayList<>();

    @SimulationTest(seeds = 20, firstSeed = 5, checksReplay = true)
    void everySeedGetsARunOfItsOwn(Simulation sim) {
        SEEDS.add(sim.seed());
        assertThat(sim.now()).isZero();
        var ticks = new ArrayList<String>();
        sim.node(
                "n1",
                node -> Behaviors.withTimers(timers -> {
                    timers.startTimerAtFixedRate("tick", Duration.ofSeconds(1));
                    return Behaviors.receiveMessage(tick -> {
                        ticks.add(tick.toString());
                        return Behaviors.same();
                    });
                }));
        sim.runFor(Duration.ofSeconds(10));
        assertThat(ticks).hasSize(10);
    }

    @Test
    void aFailedSeedTellsHowToReplayItWithTheFaultsThatMatter() {
        List<String> replays = replays();
        assertThat(replays).hasSize(3).allMatch(replay -> replay.contains("1 of "));
        var asked = Pattern.compile("#survives' .* -Dtroupe.seed=(\\d+) -Dtroupe.faults=(\\d+)")
                .matcher(replays.get(0));
        assertThat(asked.find()).as(replays.get(0)).isTrue();
        System.setProperty("troupe.seed", asked.group(1));
        System.setProperty("troupe.faults", asked.group(2));
        try {
            assertThat(replays()).hasSize(1);
            System.setProperty("troupe.faults", "none");
            assertThat(replays()).isEmpty();
        } finally {
            System.clearProperty("troupe.seed");
            System.clearProperty("troupe.faults");
        }
    }

    @Test
    void aRunThatDoesNotGoByItsSeedIsFoundByTheFirstSeedsSecondRun() {
        assertThat(failures(AProtocolOutOfTheSeedsHands.class)).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageMatching(
                        "seed 0 did not do the same again: its fingerprint was [0-9a-f]+, and then [0-9a-f]+; .*"));
    }

    /** What failed seeds said for replay. */
    private static List<String> replays() {
        return failures(AProtocolThatCannotCrash.class).stream()
                .map(failure -> failure.getSuppressed()[0].getMessage())
                .toList();
    }

    private static List<Throwable> failures(Class<?> test) {
        var failures = new ArrayList<Throwable>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(test))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable()
                        .filter(failure -> !(failure instanceof TestAbortedException))
                        .ifPresent(failures::add);
            }
        });
        return failures;
    }

    @AfterAll
    static void allSeedsWereRun() {
        if (System.getProperty("troupe.seed") == null && System.getProperty("troupe.seeds") == null) {
            assertThat(SEEDS).hasSize(21).startsWith(5L).endsWith(24L, 5L);
            assertThat(SEEDS.subList(0, 20)).isSorted();
        }
    }
}
