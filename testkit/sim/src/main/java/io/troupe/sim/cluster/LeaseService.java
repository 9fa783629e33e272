package io.troupe.sim.cluster;

import io.troupe.sim.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A service outside of every node that grants leases by name: at most one owner at a time, until it renews no more. */
final class LeaseService {

    private record Grant(String owner, long renewedAtNanos) {}

    private static final long LATENCY_MAX_NANOS = Duration.ofMillis(10).toNanos();

    private final World world;
    private final RandomGenerator random;
    private final Map<String, Grant> grants = new HashMap<>();
    private final Set<String> cutOff = new TreeSet<>();

    LeaseService(World world) {
        this.world = world;
        this.random = world.random("lease service");
    }

    void cut(String node) {
        cutOff.add(node);
    }

    void mend(String node) {
        cutOff.remove(node);
    }

    void heal() {
        cutOff.clear();
    }

    boolean isReachable(String node) {
        return !cutOff.contains(node);
    }

    long latencyNanos() {
        return random.nextLong(LATENCY_MAX_NANOS);
    }

    /** @param timeout after how long without renewal another owner may take it */
    boolean acquire(String name, String owner, Duration timeout) {
        var present = grants.get(name);
        boolean free = present == null
                || present.owner().equals(owner)
                || world.nowNanos() - present.renewedAtNanos() > timeout.toNanos();
        if (free) {
            grants.put(name, new Grant(owner, world.nowNanos()));
        }
        return free;
    }

    boolean holds(String name, String owner) {
        var present = grants.get(name);
        return present != null && present.owner().equals(owner);
    }

    void renew(String name, String owner) {
        grants.put(name, new Grant(owner, world.nowNanos()));
    }

    void release(String name, String owner) {
        if (holds(name, owner)) {
            grants.remove(name);
        }
    }
}
