package io.troupe.sim.explore;

import io.troupe.sim.Invariant;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.Steering;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.jspecify.annotations.Nullable;

/**
 * One run's system, as its set-up makes it: nodes, first messages, properties, and what tells states apart. Called anew
 * for every run, so whatever the properties look at must be made in it as well.
 */
public final class Setup {

    record Goal(String name, BooleanSupplier reached) {}

    private final Simulation simulation;
    private final Steering steering;
    private final List<Goal> goals = new ArrayList<>();
    private final Map<String, Invariant> remembered = new LinkedHashMap<>();
    private final boolean remembers;
    private boolean tellsStatesByReports;
    private @Nullable Supplier<?> state;
    private @Nullable Map<String, Map<String, Object>> shown;

    /** @param remembers whether properties are to be judged by what nodes have reported at some time, not by this run */
    Setup(Simulation simulation, boolean remembers) {
        this.remembers = remembers;
        this.simulation = simulation;
        this.steering = simulation.steer();
    }

    /** Starts a node with one root actor; every actor below it runs in one fixed order, so keep one or few of them. */
    public <T> Node<T> node(String name, Function<NodeContext, Behavior<T>> behavior) {
        return simulation.node(name, behavior);
    }

    /** Puts a message under way from somewhere outside: when it arrives is explored too. */
    public <T> void send(String from, Node<T> to, T message) {
        steering.send(from, to, to.ref(), message);
    }

    /** A safety property: holds after every step of every run. */
    public void always(String name, Invariant invariant) {
        if (remembers) {
            remembered.put(name, invariant);
        } else {
            simulation.afterEveryStep(name, invariant);
        }
    }

    /** A liveness property: every run reaches it at some time, if it is fair (see {@link Explorer}). */
    public void eventually(String name, BooleanSupplier reached) {
        goals.add(new Goal(name, reached));
    }

    /** What node {@code node} has reported last under that name; empty while it is down or has not reported. */
    public Optional<Object> reported(String node, String name) {
        var all = shown == null ? steering.reported() : shown;
        return Optional.ofNullable(all.get(node)).map(values -> values.get(name));
    }

    /**
     * Two moments in which all nodes have reported the same ({@link NodeContext#state}), the same is under way, due and on
     * disk, are one state. Right only when the reports say everything that the actors' future depends on.
     */
    public void statesAreReported() {
        stateIs(steering::reported);
        tellsStatesByReports = true;
    }

    /** As {@link #statesAreReported()}, but {@code local} says it: an object whose {@code toString} has it all. */
    public void stateIs(Supplier<?> local) {
        state = local;
        steering.forgetHistories();
    }

    /** The run itself; time must not be moved through it. */
    public Simulation simulation() {
        return simulation;
    }

    /** From now on {@link #reported} tells of another moment than the run's present one. */
    void show(Map<String, Map<String, Object>> reported) {
        shown = reported;
    }

    /** The properties that no step of this run has checked. */
    Map<String, Invariant> remembered() {
        return remembered;
    }

    boolean tellsStatesByReports() {
        return tellsStatesByReports;
    }

    Steering steering() {
        return steering;
    }

    List<Goal> goals() {
        return goals;
    }

    String words() {
        return steering.state(state == null ? null : String.valueOf(state.get()));
    }
}
