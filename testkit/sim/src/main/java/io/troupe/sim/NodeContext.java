package io.troupe.sim;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** What a node's root behavior is built from: the node's name, clock and randomness. */
public final class NodeContext {

    private final World world;
    private final Host host;
    private final int life;

    NodeContext(World world, Host host, int life) {
        this.world = world;
        this.host = host;
        this.life = life;
    }

    public String name() {
        return host.name();
    }

    /**
     * The root actor of another node (or of this one), whichever life that node is in when a message is sent; what is sent
     * while it is down is lost. The node need not have been started yet.
     */
    public <T> ActorRef<T> peer(String node) {
        return Adapter.toTyped(new PeerRef(world, node));
    }

    /** How often this node was started before: 0 at the first start. */
    public int life() {
        return life;
    }

    /** A stream of random numbers of this node in this life, by label. */
    public RandomGenerator random(String label) {
        return world.streams().derive("node " + host.name() + " " + life + " " + label);
    }

    /** Says something about this node's state for the trace of the run ("leads in term 3"). */
    public void note(String what) {
        world.trace().event(world.nowNanos(), Mark.NOTE, host.name(), what);
    }

    /**
     * Reports part of this node's state, by name ({@code "role"}, {@code "leader of term 3"}): the trace shows it from now
     * to the next report of the same name, and an {@link io.troupe.sim.explore.Explorer} may tell states apart by it.
     *
     * @param value has {@code toString} that says what is in it
     */
    public void state(String name, Object value) {
        world.state(host, name, value);
    }

    /** As {@link Simulation#reached(String)}, and a note in the trace. */
    public void reached(String what) {
        world.reached(what);
        note(what);
    }

    /** This node's monotonic clock in virtual nanoseconds, drift included. */
    public LongSupplier nanoClock() {
        return () -> host.clockNanos(world.nowNanos());
    }
}
