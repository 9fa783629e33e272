package io.troupe.sim.cluster;

import io.troupe.sim.World;
import java.util.UUID;

/**
 * What {@link Redirection} puts in the place of the JDK's clocks and random UUIDs: on a thread that runs a simulation the
 * clock of the node whose code calls, on every other thread the JDK's own.
 */
public final class VirtualTime {

    private VirtualTime() {}

    public static long nanoTime() {
        var world = World.simulated();
        return world == null ? System.nanoTime() : world.current().clockNanos(world.nowNanos());
    }

    public static long currentTimeMillis() {
        var world = World.simulated();
        return world == null ? System.currentTimeMillis() : world.current().wallClockMillis(world.nowNanos());
    }

    public static UUID randomUUID() {
        var world = World.simulated();
        return world == null ? UUID.randomUUID() : world.nextUuid();
    }
}
