package io.troupe.sim.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HistoryRecorderTest {

    @Test
    void aHistoryRecordedFromManyThreadsAroundAnAtomicReferenceIsLinearizable() throws Exception {
        var recorder = new HistoryRecorder<Register.Input<String>, Register.Output<String>>();
        var register = new AtomicReference<Optional<String>>(Optional.empty());
        var threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> clients = new ArrayList<>();
            for (int client = 0; client < 4; client++) {
                int process = client;
                clients.add(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        if (i % 2 == 0) {
                            var call = recorder.invoke(process, new Register.Write<>(process + "/" + i));
                            register.set(Optional.of(process + "/" + i));
                            call.ok(new Register.Written<>());
                        } else {
                            var call = recorder.invoke(process, new Register.Read<>());
                            call.ok(new Register.Value<>(register.get()));
                        }
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(clients)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        var history = recorder.history();
        assertThat(history.size()).isEqualTo(8_000);
        assertThat(Linearizability.check(Models.<String>register(), history, Limits.none()))
                .isInstanceOf(Verdict.Valid.class);
    }

    @Test
    void aCallWithoutAnEndIsOfUnknownOutcome() {
        var recorder = new HistoryRecorder<String, String>();
        recorder.invoke(1, "still under way");
        recorder.invoke(2, "gave up").unknown();
        recorder.invoke(3, "refused").fail();
        assertThat(recorder.history().count(Outcome.UNKNOWN)).isEqualTo(2);
        assertThat(recorder.history().count(Outcome.FAIL)).isEqualTo(1);
    }

    @Test
    void aCallEndsOnce() {
        var call = new HistoryRecorder<String, String>().invoke(1, "in");
        call.ok("out");
        assertThatThrownBy(call::unknown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in -> out");
    }
}
