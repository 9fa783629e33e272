package io.troupe.sim.cluster;

import io.troupe.sim.World;
import java.util.UUID;

/**
 * What {@link Redirection} puts in the place of the JDK's clocks and random UUIDs: on a thread that runs a simulation the
 * clock of the node whose code calls, on every other thread the JDK's own.
 */
public final class VirtualTime {

    /** 2026-01-01T00:00:00Z: every run begins then. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private VirtualTime() {}

    public static long nanoTime() {
        var world = World.simulated();
        return world == null ? System.nanoTime() : world.current().clockNanos(world.nowNanos());
    }

    public static long currentTimeMillis() {
        var world = World.simulated();
        return world == null
                ? System.currentTimeMillis()
                : EPOCH_MILLIS + Math.floorDiv(world.current().wallClockNanos(world.nowNanos()), 1_000_000L);
    }

    public static UUID randomUUID() {
        var world = World.simulated();
        return world == null ? UUID.randomUUID() : world.nextUuid();
    }
}
