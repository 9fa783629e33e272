package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {

    @Test
    void aTraceIsOnePageWithTheRunInIt(@TempDir Path folder) throws IOException {
        var file = folder.resolve("traces/run.html");
        try (var stage = TestStage.open();
                var sim = stage.simulate(4)) {
            sim.recordTrace();
            sim.nodes(3, node -> {
                node.note("</script> of " + node.name());
                return Gossiper.create(node);
            });
            sim.network(NetworkConditions.good().withLoss(0.2));
            sim.runFor(Duration.ofMillis(400));
            sim.crash("n2");
            sim.runFor(Duration.ofMillis(400));
            sim.writeTrace(file);
        }
        var page = Files.readString(file);
        assertThat(page)
                .contains("\"title\":\"seed 4\"", "[\"n1\",\n\"n2\",\n\"n3\"]")
                .contains("\"/user/n1\",\"Rumour\"", "\"crash\",\"n2\",\"crashes\"", "\"persisted\",\"n3\"")
                .contains("\"timer\",\"n1\"", "\"note\",\"n3\",\"\\u003c/script> of n3\"")
                .contains(",null,") // a lost message
                .doesNotContain("@@DATA@@");
        assertThat(page.split("</script>")).hasSize(2);
    }

    @Test
    void recordingDoesNotChangeTheRun() {
        try (var stage = TestStage.open()) {
            assertThat(fingerprint(stage, true)).isEqualTo(fingerprint(stage, false));
        }
    }

    private static long fingerprint(Stage stage, boolean recorded) {
        try (var sim = stage.simulate(4)) {
            if (recorded) {
                sim.recordTrace();
            }
            sim.nodes(3, Gossiper::create);
            sim.runFor(Duration.ofSeconds(1));
            return sim.fingerprint();
        }
    }

    @Test
    void whatWasNotRecordedCannotBeWritten(@TempDir Path folder) {
        try (var stage = TestStage.open();
                var sim = stage.simulate(4)) {
            assertThatThrownBy(() -> sim.writeTrace(folder.resolve("x.html")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("recordTrace()");
        }
    }
}
