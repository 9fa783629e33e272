package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.sim.checker.KeyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace in a browser: the page draws, finds, filters and zooms, and says so itself when asked with {@code #selftest}. */
class TracePageTest {

    @Test
    void thePageOfThousandsOfMessagesDrawsFiltersAndZooms(@TempDir Path folder) throws Exception {
        var page = folder.resolve("gossip.html");
        try (var stage = TestStage.open();
                var sim = stage.simulate(7)) {
            sim.recordTrace();
            sim.nodes(5, node -> {
                node.state("mood", node.life() == 0 ? "calm" : "nervous");
                return Gossiper.create(node);
            });
            sim.network(NetworkConditions.good().withLoss(0.05).withDuplication(0.05));
            sim.nemesis(
                    Duration.ofSeconds(20), Duration.ofSeconds(1), Fault.partitions(), Fault.crashes(), Fault.pauses());
            var recorder = sim.<KeyValue.Input, KeyValue.Output>recorder();
            for (int i = 0; i < 40; i++) {
                var call = recorder.invoke(i % 3, new KeyValue.Get("k" + i));
                sim.runFor(Duration.ofMillis(500));
                call.ok(new KeyValue.Value(Optional.of("v" + i)));
            }
            sim.writeTrace(page, "gossip, seed 7\nnothing is wrong here");
        }
        var report = selfTest(page, folder);
        assertThat(report)
                .contains("selftest done", "ok every node has a lane", "ok every operation has a bar")
                .containsPattern("[1-9]\\d{3,} messages drawn in")
                .doesNotContain("FAILED");
    }

    private static String selfTest(Path page, Path folder) throws IOException, InterruptedException {
        var browser = Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(path -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(browser.isPresent(), "no chromium on the PATH: the trace page is not tried in a browser");
        var out = folder.resolve("dom.html");
        var process = new ProcessBuilder(
                        browser.get().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--window-size=1400,900",
                        "--dump-dom",
                        page.toUri() + "#selftest")
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly().waitFor();
        assertThat(ended).as("chromium came to an end").isTrue();
        var dom = Files.readString(out, StandardCharsets.UTF_8);
        int from = dom.indexOf("id=\"selftest-report\"");
        assertThat(from)
                .as("the page got through its script: %s", Files.readString(folder.resolve("err.txt")))
                .isPositive();
        return dom.substring(from);
    }
}
