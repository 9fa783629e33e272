package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.ClientFilter;
import io.troupe.sim.ClientHistories;
import io.troupe.sim.Fault;
import io.troupe.sim.FaultFilter;
import io.troupe.sim.FaultyNetwork;
import io.troupe.sim.Invariant;
import io.troupe.sim.Mark;
import io.troupe.sim.Nemesis;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.RunLoop;
import io.troupe.sim.SeededRun;
import io.troupe.sim.World;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One run of one seed: actor systems with stock Pekko Cluster, the network between them, their disks and clocks, in
 * virtual time on the calling thread. The same seed and the same calls give the same run, message by message.
 *
 * <p>Time passes inside {@link #runFor}, {@link #runUntil} and {@link #ask}, and where Pekko itself waits: a little while a
 * node starts.
 */
public final class ClusterSimulation implements FaultyNetwork, SeededRun {

    /** What lies outside of the nodes, for the parts of a simulation that Pekko makes. */
    private record Outside(RemoteNetwork network, LeaseService leases) {}

    private static final Map<World, Outside> OUTSIDE = new ConcurrentHashMap<>();

    private final Config config;
    private final World world = new World(true);
    private final long seed;
    private final RunLoop loop;
    private final FaultFilter faultFilter;
    private final RemoteNetwork network;
    private final LeaseService leases;
    private final ClientFilter clients;
    private final ClientHistories histories = new ClientHistories(world);
    private final List<Nemesis> nemeses = new ArrayList<>();
    private final Map<String, ClusterNode<?>> nodes = new LinkedHashMap<>();
    private Consumer<ClusterNode<?>> onNodeEnd = node -> {};
    private boolean closed;

    ClusterSimulation(Config config, long seed, FaultFilter faultFilter, FaultFilter clientFilter) {
        this.config = config;
        this.seed = seed;
        this.faultFilter = faultFilter;
        this.clients = new ClientFilter(clientFilter);
        world.begin(seed);
        scala.util.Random$.MODULE$.setSeed(world.random("scala.util.Random").nextLong());
        network = new RemoteNetwork(world);
        leases = new LeaseService(world);
        OUTSIDE.put(world, new Outside(network, leases));
        loop = new RunLoop(world, seed, this::seeWhoEnded, this::faults);
        world.attach();
    }

    static RemoteNetwork networkOf(World world) {
        return outsideOf(world).network();
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

    public long seed() {
        return seed;
    }

    /** Virtual time since the run began. */
    public Duration now() {
        return Duration.ofNanos(world.nowNanos());
    }

    /** How many tasks have run. */
    public long steps() {
        return world.steps();
    }

    /** How many frames were sent from one node to another, lost ones included. */
    public long messagesSent() {
        return network.sent();
    }

    /** How many of them were lost. */
    public long messagesLost() {
        return network.lost();
    }

    /** A running hash over (virtual time, actor path, message type) of every message that an actor has handled. */
    @Override
    public long fingerprint() {
        return world.fingerprintValue();
    }

    /** An independent stream of random numbers of this seed. */
    public RandomGenerator random(String label) {
        return world.random(label);
    }

    // ---- nodes

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
        if (nodes.containsKey(name)) {
            throw new IllegalArgumentException("there is a node " + name + " already");
        }
        var addressed = own.withFallback(ConfigFactory.parseMap(Map.of(
                        "pekko.remote.artery.canonical.hostname", name, "pekko.remote.artery.canonical.port", 25520)))
                .withFallback(config);
        var node = new ClusterNode<>(world, name, addressed, guardian);
        nodes.put(name, node);
        node.start();
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

    public ClusterNode<?> node(String name) {
        var node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name + "; there are " + nodes.keySet());
        }
        return node;
    }

    /** All nodes in the order of their first start. */
    public List<ClusterNode<?>> nodes() {
        return List.copyOf(nodes.values());
    }

    public void crash(String name) {
        node(name).crash();
    }

    public void restart(String name) {
        node(name).restart();
    }

    /** What happens when a node's actor system ends by itself: it left, or was downed. By default nothing. */
    public void onNodeEnd(Consumer<ClusterNode<?>> action) {
        onNodeEnd = action;
    }

    private void seeWhoEnded() {
        for (var node : nodes.values()) {
            if (node.endedByItself()) {
                onNodeEnd.accept(node);
            }
        }
    }

    // ---- network

    /** How every link behaves that has no conditions of its own. */
    @Override
    public void network(NetworkConditions conditions) {
        network.conditions(conditions);
    }

    /** How the link from one node to another behaves, that direction alone, until {@link #heal()}. */
    @Override
    public void network(String from, String to, NetworkConditions conditions) {
        network.conditions(node(from).name(), node(to).name(), conditions);
    }

    @Override
    public void networkAsElsewhere(String from, String to) {
        network.conditionsAsElsewhere(node(from).name(), node(to).name());
    }

    /** Lets nothing pass from one node to another, that direction alone. */
    @Override
    public void cut(String from, String to) {
        network.cut(node(from).name(), node(to).name());
        world.event(Mark.NETWORK, "", "cut " + from + " -> " + to);
    }

    /** Undoes {@link #cut}. What the connection's buffers held arrives now. */
    @Override
    public void mend(String from, String to) {
        network.mend(node(from).name(), node(to).name());
        world.event(Mark.NETWORK, "", "mend " + from + " -> " + to);
    }

    /** Lets nothing pass between the two sides, in either direction. */
    public void partition(Set<String> oneSide, Set<String> otherSide) {
        for (String a : oneSide.stream().sorted().toList()) {
            for (String b : otherSide.stream().sorted().toList()) {
                cut(a, b);
                cut(b, a);
            }
        }
    }

    /** Parts one node from all others. */
    public void isolate(String name) {
        for (String other : nodes.keySet()) {
            if (!other.equals(name)) {
                cut(name, other);
                cut(other, name);
            }
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

    /** Mends every link, and takes back the conditions of single links. */
    public void heal() {
        network.heal();
        leases.heal();
        world.event(Mark.NETWORK, "", "the network heals");
    }

    /**
     * Lets faults happen to the nodes started so far: for {@code length} of virtual time, one about every {@code
     * interval}, each lasting up to three intervals; at the end all are cured.
     */
    public void nemesis(Duration length, Duration interval, Fault... faults) {
        var nemesis = new Nemesis(this, world, nodes(), faultFilter, faults);
        nemeses.add(nemesis);
        nemesis.begin(length, interval);
    }

    /** The faults that took place, one line each; each line begins with the number to name in a {@link FaultFilter}. */
    @Override
    public List<String> faults() {
        return nemeses.stream().flatMap(nemesis -> nemesis.struck().stream()).toList();
    }

    // ---- what happened

    /** From now on everything is kept for {@link #writeTrace}; costs time and memory. */
    @Override
    public void recordTrace() {
        world.recordTrace();
    }

    /** Writes what was recorded as a space-time diagram, one HTML file that needs nothing else. */
    public void writeTrace(Path file) throws IOException {
        writeTrace(file, "seed " + seed);
    }

    @Override
    public void writeTrace(Path file, String title) throws IOException {
        histories.writeTrace(file, title);
    }

    /** A recorder for what clients do: the trace shows it below the nodes, on the same time axis. */
    public <I, O> HistoryRecorder<I, O> recorder() {
        return histories.recorder();
    }

    /**
     * The run stands or falls by a checker's verdict on what {@link #recorder()} has written down.
     *
     * @throws io.troupe.sim.SimulationFailure with the verdict's words unless it is valid
     */
    public void judge(Verdict verdict) {
        histories.judge(verdict);
    }

    /**
     * The numbers of the clients that take part, out of 1 to {@code count}: all of them, but for a failed run that is
     * repeated with fewer. Make one client for each.
     */
    public List<Integer> clients(int count) {
        return clients.of(count);
    }

    @Override
    public Set<Integer> clientsTaking() {
        return clients.named();
    }

    /** Counts that the run has come to something worth testing, as on the protocol stage. */
    public void reached(String what) {
        world.reached(what);
    }

    @Override
    public Map<String, Long> reached() {
        return world.reached();
    }

    // ---- time

    /** Does {@code action} when {@code delay} has passed: a step of the schedule of faults. */
    public void after(Duration delay, Runnable action) {
        world.later(world.nowNanos() + delay.toNanos(), world.outside(), action);
    }

    /** Checks {@code invariant} after every single step from now on. */
    public void afterEveryStep(String name, Invariant invariant) {
        loop.afterEveryStep(name, invariant);
    }

    public void runFor(Duration virtualTime) {
        loop.runFor(virtualTime);
    }

    /**
     * Runs until {@code reached}, which is asked after every step.
     *
     * @throws io.troupe.sim.SimulationFailure when it is not within {@code limit} of virtual time
     */
    public void runUntil(BooleanSupplier reached, Duration limit) {
        loop.runUntil(reached, limit);
    }

    /** Asks an actor by way of a node: an actor of its own, or one that it knows a reference of. Runs until it answers. */
    public <Q, R> R ask(ClusterNode<?> by, ActorRef<Q> actor, Function<ActorRef<R>, Q> question, Duration limit) {
        CompletionStage<R> answer =
                AskPattern.ask(actor, question::apply, limit, by.system().scheduler());
        var future = answer.toCompletableFuture();
        runUntil(future::isDone, limit.plusMillis(1));
        return future.join();
    }

    /** Ends the run: nothing of it is left. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        world.detach();
        OUTSIDE.remove(world);
        world.forget();
    }
}
