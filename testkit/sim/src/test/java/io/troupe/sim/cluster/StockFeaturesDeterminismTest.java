package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The stories of Pekko's features, faults included: the same seed runs the same, again here and in another JVM. */
class StockFeaturesDeterminismTest {

    private static final int SEEDS = 1;
    private static final int MANY_SEEDS = 20;

    private static List<Story> stories() {
        return List.of(
                new ReceptionistTest.Found(),
                new DeathWatchTest.Told(),
                new DistributedDataTest.Kept(),
                new ShardingTest.Living(ShardingTest.config("")),
                new ShardingTest.Living(ShardingTest.config(ShardingTest.REMEMBER)),
                PersistenceTest.crashes(),
                new PersistenceTest.Sharded());
    }

    @Test
    void everyStoryRunsTheSameAgainAndInAnotherJvm() throws IOException, InterruptedException {
        compare(SEEDS);
    }

    @Test
    @Tag("soak")
    void everyStoryRunsTheSameForManySeeds() throws IOException, InterruptedException {
        compare(MANY_SEEDS);
    }

    private static void compare(int seeds) throws IOException, InterruptedException {
        var other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StockFeaturesDeterminismTest.class.getName(),
                        String.valueOf(seeds))
                .redirectError(File.createTempFile("other-jvm", ".err"))
                .start();
        var here = fingerprints(seeds, true);
        var printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        var there = printed.lines().filter(line -> line.startsWith("seed ")).toList();
        assertThat(fingerprints(seeds, false)).isEqualTo(here);
        assertThat(there).isEqualTo(here);
        assertThat(new HashSet<>(here)).hasSize(stories().size() * seeds);
    }

    public static void main(String[] arguments) {
        fingerprints(Integer.parseInt(arguments[0]), true).forEach(System.out::println);
    }

    private static List<String> fingerprints(int seeds, boolean forwards) {
        List<String> all = new ArrayList<>();
        for (var story : stories()) {
            try (var stage = ClusterStage.open(story.config())) {
                var ofStory = new String[seeds];
                for (int i = 0; i < seeds; i++) {
                    // Backwards too: a run must not depend on the runs before it.
                    int seed = forwards ? i : seeds - 1 - i;
                    ofStory[seed] = "seed " + seed + " of " + story.getClass().getName() + " "
                            + story.config().hashCode() + ": " + Long.toHexString(story.run(stage, seed));
                }
                all.addAll(List.of(ofStory));
            }
        }
        return all;
    }
}
