package io.troupe.bench.load;

import io.troupe.bench.cli.Invocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixed into a command that measures servers: how much it asks of them. */
public final class LoadOptions {

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "seconds of load on each peer before the first pass, shared by all loads that are measured, for JVMs"
                            + " to compile what these take, 0 to 240 (${DEFAULT-VALUE})")
    private int warmUp = 20;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16,128,512",
            description = "operations under way at the same time, each 1 to 4096 (${DEFAULT-VALUE})")
    private List<Integer> outstanding = List.of(1, 16, 128, 512);

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            split = ",",
            defaultValue = "256,1024",
            description = "bytes of a value, each 0 to 1048576 (${DEFAULT-VALUE})")
    private List<Integer> valueBytes = List.of(256, 1024);

    @Option(names = "--json", paramLabel = "FILE", description = "also write what was measured to FILE, every pass")
    private @Nullable Path json;

    /** Loads a peer, and returns when the time is over. */
    public interface Loading<W> {
        void load(W workload, int outstanding, Duration duration) throws InterruptedException;
    }

    /**
     * Warms a peer up with every load that is measured, each for the same time: workload by workload, the most outstanding,
     * which compiles most, first.
     */
    public <W> void warmUp(List<W> workloads, Loading<W> peer) throws InterruptedException {
        Duration share = Duration.ofSeconds(warmUp).dividedBy((long) workloads.size() * outstanding.size());
        List<Integer> mostFirst =
                outstanding.stream().sorted(Comparator.reverseOrder()).toList();
        for (W workload : workloads) {
            for (int each : mostFirst) {
                peer.load(workload, each, share);
            }
        }
    }

    public List<Integer> outstanding() {
        return outstanding;
    }

    public List<Integer> valueBytes() {
        return valueBytes;
    }

    public Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    /** Refuses values out of bounds. */
    public void check(Invocation invocation) {
        invocation.requireBetween(0, 240, "--warm-up", warmUp);
        valueBytes.forEach(each -> invocation.requireBetween(0, 1 << 20, "--value-bytes", each));
        outstanding.forEach(each -> invocation.requireBetween(1, 4096, "--outstanding", each));
    }
}
