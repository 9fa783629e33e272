package io.troupe.persistence.journal;

import io.troupe.persistence.files.Crash;
import io.troupe.persistence.files.CrashDisk;
import io.troupe.persistence.files.LogFiles;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.SegmentedLog;
import io.troupe.sim.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * The machine of one simulated node: its disk takes seeded time for a write, may lose power in the middle of any
 * operation, and keeps at a crash what the seed picks from everything a crash may leave. Each life of the node has its
 * directory, {@code NODE/LIFE}.
 */
final class SimulatedMachine implements Machine {

    private static final Duration LATENCY_MAX = Duration.ofMillis(3);

    private final ActorSystem<Void> system;
    private final RandomGenerator random;
    private Map<String, byte[]> durable = new TreeMap<>();
    private CrashDisk disk = new CrashDisk();
    private long powerFailsAt = Long.MAX_VALUE;
    private long powerFailsAfterStart = Long.MAX_VALUE;
    private int life;

    SimulatedMachine(Simulation sim) {
        this.system = sim.system();
        this.random = sim.random("machine");
    }

    /** The disk loses power in one of the next {@code operations} that change something. */
    void losePowerWithin(int operations) {
        powerFailsAt = disk.operations() + 1L + random.nextInt(operations);
    }

    boolean isWithoutPower() {
        return disk.operations() >= powerFailsAt;
    }

    /** What the node finds when it starts again; unless {@code lastly}, the power may fail during the start, too. */
    void crash(boolean lastly) {
        List<Map<String, byte[]>> possible = new ArrayList<>(Crash.states(disk).values());
        durable = possible.get(random.nextInt(possible.size()));
        life++;
        powerFailsAfterStart = !lastly && random.nextInt(4) == 0 ? 1 + random.nextInt(12) : Long.MAX_VALUE;
    }

    @Override
    public LogFiles files(Path directory) {
        disk = CrashDisk.of(durable);
        powerFailsAt = powerFailsAfterStart;
        disk.failing(operation -> operation >= powerFailsAt);
        return disk;
    }

    /** A batch begins a while after it is asked for; what asks meanwhile joins it. */
    @Override
    public Executor writer(Path directory) {
        return work -> later(latency(), work);
    }

    /** Whatever may be written early is. */
    @Override
    public Executor earlyWriter(Path directory) {
        return Runnable::run;
    }

    private Duration latency() {
        return Duration.ofNanos(random.nextLong(LATENCY_MAX.toNanos()));
    }

    private void later(Duration delay, Runnable work) {
        int sinceLife = life;
        system.scheduler().scheduleOnce(delay, () -> runIn(sinceLife, work), system.executionContext());
    }

    private void runIn(int sinceLife, Runnable work) {
        if (sinceLife == life) {
            work.run();
        }
    }

    @Override
    public GroupCommit.Upkeeping upkeep(Path directory, SegmentedLog log, Duration delay) {
        return new GroupCommit.Upkeeping() {
            @Override
            public void request() {
                later(delay, () -> {
                    try {
                        log.summarizeSealed();
                        log.compact();
                    } catch (IOException costsSpaceOnly) {
                        system.log().debug("Upkeep failed", costsSpaceOnly);
                    }
                });
            }

            @Override
            public void prepareSegment() {
                later(latency(), () -> {
                    try {
                        log.prepareSegment();
                    } catch (IOException costsTimeOnly) {
                        system.log().debug("No segment prepared", costsTimeOnly);
                    }
                });
            }
        };
    }
}
