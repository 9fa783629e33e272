package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, message by message, in this JVM and in another. */
class DeterminismTest {

    private static final int SEEDS = 200;

    @Test
    void twoHundredSeedsRunTwiceGiveTheSameFingerprints() {
        List<Long> first;
        List<Long> second = new ArrayList<>();
        try (var stage = TestStage.open()) {
            first = fingerprints(stage, SEEDS);
            // Backwards: a seed's run must not depend on which seeds ran before it.
            for (int seed = SEEDS - 1; seed >= 0; seed--) {
                second.add(0, fingerprint(stage, seed));
            }
        }
        assertThat(second).isEqualTo(first);
        assertThat(new HashSet<>(first)).as("different seeds run differently").hasSize(SEEDS);
    }

    @Test
    void anotherJvmGivesTheSameFingerprints() throws IOException, InterruptedException {
        List<Long> here;
        try (var stage = TestStage.open()) {
            here = fingerprints(stage, 40);
        }
        var other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DeterminismTest.class.getName(),
                        "40")
                .redirectError(File.createTempFile("other-jvm", ".err"))
                .start();
        var printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        var there = printed.lines()
                .filter(line -> line.startsWith("fingerprint "))
                .map(line -> Long.parseLong(line.substring("fingerprint ".length())))
                .toList();
        assertThat(there).isEqualTo(here);
    }

    /** Counted in steps, because they are those of Pekko's own actors too. */
    @Test
    void theFirstRunOnAStageIsAsEveryLaterOne() {
        try (var stage = TestStage.open()) {
            long first = stepsWithMuchOfPekko(stage);
            assertThat(stepsWithMuchOfPekko(stage)).isEqualTo(first);
        }
    }

    /** An application that uses what Pekko makes, or begins, at first use. */
    private static long stepsWithMuchOfPekko(Stage stage) {
        try (var sim = stage.simulate(1)) {
            sim.node(
                    "n1",
                    node -> Behaviors.setup(context -> {
                        context.getSystem().eventStream().tell(new EventStream.Publish<>("to all"));
                        context.spawn(
                                Behaviors.setup(any -> Behaviors.stopped()), "briefly", DispatcherSelector.blocking());
                        for (var plugins : WarmUp.Plugins.ALL) {
                            context.spawn(WarmUp.create(plugins, () -> {}), plugins.node());
                        }
                        return Behaviors.empty();
                    }));
            sim.runFor(Duration.ofSeconds(3));
            return sim.steps();
        }
    }

    public static void main(String[] arguments) {
        try (var stage = TestStage.open()) {
            fingerprints(stage, Integer.parseInt(arguments[0]))
                    .forEach(fingerprint -> System.out.println("fingerprint " + fingerprint));
        }
    }

    private static List<Long> fingerprints(Stage stage, int seeds) {
        List<Long> all = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            all.add(fingerprint(stage, seed));
        }
        return all;
    }

    private static long fingerprint(Stage stage, long seed) {
        try (var sim = stage.simulate(seed)) {
            sim.nodes(5, Gossiper::create);
            sim.network(NetworkConditions.good().withLoss(0.05).withDuplication(0.05));
            sim.runFor(Duration.ofMillis(500));
            sim.partition(Set.of("n1", "n2"), Set.of("n3", "n4", "n5"));
            sim.crash("n4");
            sim.runFor(Duration.ofMillis(300));
            sim.restart("n4");
            sim.node("n5").pause();
            sim.node("n3").clockRate(1.2);
            sim.runFor(Duration.ofMillis(300));
            sim.heal();
            sim.node("n5").resume();
            sim.runFor(Duration.ofMillis(500));
            return sim.fingerprint();
        }
    }
}
