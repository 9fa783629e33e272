package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, message by message, in this JVM and in another. */
class ClusterDeterminismTest {

    private static final int SEEDS = 5;

    @Test
    void seedsRunTwiceAndInAnotherJvmGiveTheSameFingerprints() throws IOException, InterruptedException {
        var other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClusterDeterminismTest.class.getName(),
                        String.valueOf(SEEDS))
                .redirectError(File.createTempFile("other-jvm", ".err"))
                .start();
        List<Long> first = fingerprints(SEEDS);
        List<Long> second = new ArrayList<>();
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"))) {
            // Backwards: a seed's run must not depend on which seeds ran before it.
            for (int seed = SEEDS - 1; seed >= 0; seed--) {
                second.add(0, fingerprint(stage, seed));
            }
        }
        var printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        var there = printed.lines()
                .filter(line -> line.startsWith("fingerprint "))
                .map(line -> Long.parseLong(line.substring("fingerprint ".length())))
                .toList();
        assertThat(second).isEqualTo(first);
        assertThat(there).isEqualTo(first);
        assertThat(new HashSet<>(first)).as("different seeds run differently").hasSize(SEEDS);
    }

    public static void main(String[] arguments) {
        fingerprints(Integer.parseInt(arguments[0]))
                .forEach(fingerprint -> System.out.println("fingerprint " + fingerprint));
    }

    private static List<Long> fingerprints(int seeds) {
        List<Long> all = new ArrayList<>();
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"))) {
            for (int seed = 0; seed < seeds; seed++) {
                all.add(fingerprint(stage, seed));
            }
        }
        return all;
    }

    private static long fingerprint(ClusterStage stage, long seed) {
        try (var sim = stage.simulate(seed)) {
            var nodes = TestCluster.formed(sim);
            sim.partition(Set.of("n1", "n2"), TestCluster.others("n1", "n2"));
            sim.runFor(Duration.ofSeconds(25));
            sim.heal();
            sim.node("n3").pause();
            sim.node("n4").clockRate(1.1);
            sim.runFor(Duration.ofSeconds(2));
            sim.node("n3").resume();
            sim.node("n4").crash();
            sim.runFor(Duration.ofSeconds(20));
            sim.nodes().stream().filter(node -> !node.isUp()).forEach(ClusterNode::restart);
            sim.runFor(Duration.ofSeconds(20));
            return sim.fingerprint();
        }
    }
}
