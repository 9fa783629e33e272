package io.troupe.sim;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What a node's root behavior is built from, on either stage: the node's name, clocks and randomness in one life. */
public abstract class NodeLife {

    private final World world;
    private final Host host;
    private final int life;

    protected NodeLife(World world, Host host, int life) {
        this.world = world;
        this.host = host;
        this.life = life;
    }

    public final String name() {
        return host.name();
    }

    /** How often this node was started before: 0 at the first start. */
    public final int life() {
        return life;
    }

    /** Whether this life is over. */
    public final boolean isDead() {
        return host.isDead();
    }

    /** A stream of random numbers of this node in this life, by label. */
    public final RandomGenerator random(String label) {
        return world.random("node " + host.name() + " " + life + " " + label);
    }

    /** Says something about this node's state for the trace of the run ("leads in term 3"). */
    public final void note(String what) {
        world.note(host, what);
    }

    /**
     * Reports part of this node's state, by name ({@code "role"}, {@code "leader of term 3"}): the trace shows it from now
     * to the next report of the same name, and an {@link io.troupe.sim.explore.Explorer} may tell states apart by it.
     *
     * @param value has {@code toString} that says what is in it
     */
    public final void state(String name, Object value) {
        world.state(host, name, value);
    }

    /** As {@link SimulatedRun#reached(String)}, and a note in the trace. */
    public final void reached(String what) {
        world.reached(what);
        note(what);
    }

    /** This node's monotonic clock in virtual nanoseconds, drift included. */
    public final LongSupplier nanoClock() {
        return () -> host.clockNanos(world.nowNanos());
    }

    /** This node's calendar clock, drift and skew included; every run begins at {@link Host#EPOCH}. */
    public final InstantSource wallClock() {
        return () -> Instant.ofEpochMilli(host.wallClockMillis(world.nowNanos()));
    }
}
