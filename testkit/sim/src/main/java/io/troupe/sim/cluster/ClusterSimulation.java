package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.FaultFilter;
import io.troupe.sim.Mark;
import io.troupe.sim.SimulatedRun;
import io.troupe.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One run of one seed on the cluster stage: nodes are actor systems with stock Pekko Cluster.
 *
 * <p>Time passes inside {@link #runFor}, {@link #runUntil} and {@link #ask}, and where Pekko itself waits: a little while a
 * node starts.
 */
public final class ClusterSimulation extends SimulatedRun<ClusterNode<?>> {

    /** What lies outside of the nodes, for the parts of a simulation that Pekko makes. */
    private record Outside(
            World world, RemoteNetwork network, LeaseService leases, RememberedConfigurations configurations) {

        static Outside of(World world, long seed) {
            world.begin(seed);
            scala.util.Random$.MODULE$.setSeed(world.random("scala.util.Random").nextLong());
            return new Outside(
                    world, new RemoteNetwork(world), new LeaseService(world), new RememberedConfigurations());
        }
    }

    private static final Map<World, Outside> OUTSIDE = new ConcurrentHashMap<>();

    private final Config config;
    private final ApplicationClasses classes;
    private final World world;
    private final LeaseService leases;
    private Consumer<ClusterNode<?>> onNodeEnd = node -> {};
    private boolean closed;

    ClusterSimulation(Config config, ApplicationClasses classes, long seed, FaultFilter faults, FaultFilter clients) {
        this(config, classes, Outside.of(new World(true), seed), seed, faults, clients);
    }

    private ClusterSimulation(
            Config config,
            ApplicationClasses classes,
            Outside outside,
            long seed,
            FaultFilter faults,
            FaultFilter clients) {
        super(outside.world(), outside.network(), seed, faults, clients);
        this.config = config;
        this.classes = classes;
        world = outside.world();
        leases = outside.leases();
        OUTSIDE.put(world, outside);
        world.attach();
    }

    static RemoteNetwork networkOf(World world) {
        return outsideOf(world).network();
    }

    static RememberedConfigurations configurationsOf(World world) {
        return outsideOf(world).configurations();
    }

    static LeaseService leasesOf(World world) {
        return outsideOf(world).leases();
    }

    private static Outside outsideOf(World world) {
        var outside = OUTSIDE.get(world);
        if (outside == null) {
            throw new IllegalStateException("the simulation is closed");
        }
        return outside;
    }

    /**
     * Starts a node: an actor system named {@code sim} at {@code pekko://sim@NAME:25520}.
     *
     * @param name unique in this run, fit for a host's name
     * @param guardian makes its guardian, at the start and at each restart
     */
    public <T> ClusterNode<T> node(String name, Function<ClusterNodeContext, Behavior<T>> guardian) {
        return node(name, ConfigFactory.empty(), guardian);
    }

    /** @param own configuration of this node, laid over that of all */
    public <T> ClusterNode<T> node(String name, Config own, Function<ClusterNodeContext, Behavior<T>> guardian) {
        var addressed = own.withFallback(ConfigFactory.parseMap(Map.of(
                        "pekko.remote.artery.canonical.hostname", name, "pekko.remote.artery.canonical.port", 25520)))
                .withFallback(config);
        var node = new ClusterNode<>(world, name, addressed, classes, guardian);
        start(node);
        return node;
    }

    /** Starts {@code count} nodes n1, n2, … */
    public <T> List<ClusterNode<T>> nodes(int count, Function<ClusterNodeContext, Behavior<T>> guardian) {
        List<ClusterNode<T>> started = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            started.add(node("n" + i, guardian));
        }
        return started;
    }

    /** What happens when a node's actor system ends by itself: it left, or was downed. By default nothing. */
    public void onNodeEnd(Consumer<ClusterNode<?>> action) {
        onNodeEnd = action;
    }

    @Override
    protected void look(ClusterNode<?> node) {
        if (node.endedByItself()) {
            onNodeEnd.accept(node);
        }
    }

    /** Parts a node from the lease service ({@code troupe.sim.lease}), until {@link #mendLease} or {@link #heal()}. */
    public void cutLease(String name) {
        leases.cut(node(name).name());
        world.event(Mark.NETWORK, "", "cut " + name + " -> lease service");
    }

    public void mendLease(String name) {
        leases.mend(node(name).name());
        world.event(Mark.NETWORK, "", "mend " + name + " -> lease service");
    }

    /** Mends every link, those to the lease service too, and takes back the conditions of single links. */
    @Override
    public void heal() {
        leases.heal();
        super.heal();
    }

    /** Asks an actor by way of a node: an actor of its own, or one that it knows a reference of. Runs until it answers. */
    public <Q, R> R ask(ClusterNode<?> by, ActorRef<Q> actor, Function<ActorRef<R>, Q> question, Duration limit) {
        return await(AskPattern.ask(actor, question::apply, limit, by.system().scheduler()), limit);
    }

    /** Ends the run: nothing of it is left. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        nodes().forEach(ClusterNode::forget);
        world.detach();
        OUTSIDE.remove(world);
        world.forget();
    }
}
