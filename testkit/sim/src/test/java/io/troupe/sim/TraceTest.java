package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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
                node.state("mood", "calm");
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
                .contains("\"title\":\"seed 4\"", "\"nodes\":[\"n1\",\n\"n2\",\n\"n3\"]")
                .contains("\"/user/n1\"", "\"Rumour\"", "\"crash\",1,\"crashes\"", "\"persisted\",2")
                .contains("\"timer\",0", "\"note\",2,\"\\u003c/script> of n3\"", "\"state\",0,\"mood=calm\"")
                .containsPattern("\\[[0-9.]+,\\d,\\d,[0-9.]+,1,") // a lost message
                .doesNotContain("@@DATA@@", "@@SCRIPT@@");
        assertThat(page.split("</script>")).as("nothing recorded ends a script").hasSize(3);
    }

    @Test
    void aMessageThatIsCutOffOnItsWayIsShownAsLost() {
        try (var stage = TestStage.open();
                var sim = stage.simulate(4)) {
            sim.recordTrace();
            var nodes = sim.nodes(2, node -> Counter.ticking(any -> {}));
            sim.network(NetworkConditions.good().withLatency(Duration.ofMillis(50), Duration.ofMillis(50)));
            nodes.get(0).ref().tell(new Counter.Forward(nodes.get(1).ref(), new Counter.Tick()));
            sim.runFor(Duration.ofMillis(10));
            sim.cut("n1", "n2");
            sim.runFor(Duration.ofMillis(100));
            assertThat(sim.trace("cut")).contains("[0,0,1,50,1,");
        }
    }

    @Test
    void whatClientsSawStandsBelowAndTheAnswerThatNothingExplainsIsMarked() {
        try (var stage = TestStage.open();
                var sim = stage.simulate(4)) {
            sim.recordTrace();
            var recorder = sim.<KeyValue.Input, KeyValue.Output>recorder();
            var put = recorder.invoke(1, new KeyValue.Put("k", "v"));
            sim.runFor(Duration.ofMillis(20));
            put.ok(KeyValue.DONE);
            var get = recorder.invoke(2, new KeyValue.Get("k"));
            sim.runFor(Duration.ofMillis(30));
            get.ok(new KeyValue.Value(Optional.of("never written")));
            recorder.invoke(1, new KeyValue.Get("k"));
            var verdict = Linearizability.check(Models.keyValue(), recorder.history(), Limits.steps(1_000));
            assertThatThrownBy(() -> sim.judge(verdict))
                    .isInstanceOf(SimulationFailure.class)
                    .hasMessageContaining("never written");
            assertThat(sim.trace("judged"))
                    .contains("\"process\":1,\"input\":\"Put[key=k, value=v]\"")
                    .contains("\"outcome\":\"ok\",\"invoked\":0,\"returned\":20,\"role\":\"none\"")
                    .contains("\"outcome\":\"ok\",\"invoked\":20,\"returned\":50,\"role\":\"breaks\"")
                    .contains("\"outcome\":\"unknown\",\"invoked\":50,\"returned\":null");
        }
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
