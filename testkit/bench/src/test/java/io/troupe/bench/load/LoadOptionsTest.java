package io.troupe.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class LoadOptionsTest {

    @Command
    private static final class Measuring {
        @Mixin
        private final LoadOptions options = new LoadOptions();
    }

    private record Loaded(String workload, int outstanding, Duration duration) {}

    private static List<Loaded> warmUp(List<String> workloads, String... arguments) throws InterruptedException {
        List<Loaded> loads = new ArrayList<>();
        CommandLine.populateCommand(new Measuring(), arguments)
                .options
                .warmUp(
                        workloads,
                        (workload, outstanding, duration) -> loads.add(new Loaded(workload, outstanding, duration)));
        return loads;
    }

    @Test
    void whatWarmsUpIsEveryLoadThatIsMeasuredWithTheMostOutstandingFirst() throws InterruptedException {
        var share = Duration.ofSeconds(4);
        assertThat(warmUp(List.of("put", "get"), "--warm-up", "24", "--outstanding", "16,1,128"))
                .containsExactly(
                        new Loaded("put", 128, share),
                        new Loaded("put", 16, share),
                        new Loaded("put", 1, share),
                        new Loaded("get", 128, share),
                        new Loaded("get", 16, share),
                        new Loaded("get", 1, share));
    }

    @Test
    void unlessToldOtherwiseFourLoadsShareTwentySeconds() throws InterruptedException {
        var share = Duration.ofSeconds(5);
        assertThat(warmUp(List.of("put")))
                .containsExactly(
                        new Loaded("put", 512, share),
                        new Loaded("put", 128, share),
                        new Loaded("put", 16, share),
                        new Loaded("put", 1, share));
    }
}
