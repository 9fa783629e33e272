package io.troupe.sim.cluster;

import io.troupe.sim.Host;
import io.troupe.sim.Mark;
import io.troupe.sim.World;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What a node's guardian is built from: the node's name, clock and randomness. */
public final class ClusterNodeContext {

    private final World world;
    private final Host host;
    private final int life;

    ClusterNodeContext(World world, Host host, int life) {
        this.world = world;
        this.host = host;
        this.life = life;
    }

    public String name() {
        return host.name();
    }

    /** How often this node was started before: 0 at the first start. */
    public int life() {
        return life;
    }

    /** A stream of random numbers of this node in this life, by label. */
    public RandomGenerator random(String label) {
        return world.random("node " + host.name() + " " + life + " " + label);
    }

    /** Says something about this node's state for the trace of the run. */
    public void note(String what) {
        world.event(Mark.NOTE, host.name(), what);
    }

    /** Reports part of this node's state, by name: the trace shows it from now to the next report of the same name. */
    public void state(String name, Object value) {
        world.state(host, name, value);
    }

    /** As {@link ClusterSimulation#reached(String)}, and a note in the trace. */
    public void reached(String what) {
        world.reached(what);
        note(what);
    }

    /** This node's monotonic clock in virtual nanoseconds, drift included. */
    public LongSupplier nanoClock() {
        return () -> host.clockNanos(world.nowNanos());
    }

    /** Whether this life is over. */
    public boolean isDead() {
        return host.isDead();
    }
}
