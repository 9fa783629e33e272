package io.troupe.bench.load;

import java.time.Duration;

/**
 * What servers have used since they started.
 *
 * @param cpu processor time of all of them together; zero where that is not known
 * @param syncs of their logs to the disk, all of them together; 0 where that is not known
 * @param servers how many there are
 */
public record Costs(Duration cpu, long syncs, int servers) {

    public static final Costs UNKNOWN = new Costs(Duration.ZERO, 0, 1);

    public Costs since(Costs earlier) {
        return new Costs(cpu.minus(earlier.cpu), syncs - earlier.syncs, servers);
    }

    /** Processor time of a live process; zero of one that is gone. */
    public static Duration cpuOf(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
