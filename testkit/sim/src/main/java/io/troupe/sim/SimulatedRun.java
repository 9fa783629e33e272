package io.troupe.sim;

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
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * One run of one seed, on either stage: nodes, the network between them, their disks and clocks, in virtual time on the
 * calling thread. The same seed and the same calls give the same run, message by message.
 *
 * @param <N> what a node is on this stage
 */
public abstract class SimulatedRun<N extends SimulatedNode> implements FaultyNetwork, AutoCloseable {

    private final World world;
    private final Links links;
    private final long seed;
    private final FaultFilter faultFilter;
    private final ClientFilter clientFilter;
    private final ClientHistories histories;
    private final RunLoop loop;
    private final List<Nemesis> nemeses = new ArrayList<>();
    private final Map<String, N> byName = new LinkedHashMap<>();
    private final List<N> inOrder = new ArrayList<>();

    protected SimulatedRun(World world, Links links, long seed, FaultFilter faults, FaultFilter clients) {
        this.world = world;
        this.links = links;
        this.seed = seed;
        this.faultFilter = faults;
        this.clientFilter = new ClientFilter(clients);
        this.histories = new ClientHistories(world);
        this.loop = new RunLoop(world, seed, this::lookAtNodes, this::faults);
    }

    /** After every step: whether the node has ended by itself, and what is to happen then. */
    protected abstract void look(N node);

    private void lookAtNodes() {
        for (int i = 0; i < inOrder.size(); i++) { // After every step: no iterator.
            look(inOrder.get(i));
        }
    }

    public final long seed() {
        return seed;
    }

    /** Virtual time since the run began. */
    public final Duration now() {
        return Duration.ofNanos(world.nowNanos());
    }

    /** How many tasks have run. */
    public final long steps() {
        return world.steps();
    }

    /** How many messages were sent from one node to another, lost ones included; on the cluster stage, frames. */
    public final long messagesSent() {
        return links.sent();
    }

    /** How many of them were lost. */
    public final long messagesLost() {
        return links.lost();
    }

    /** A running hash over (virtual time, actor path, message type) of every message that a node has handled. */
    public final long fingerprint() {
        return world.fingerprintValue();
    }

    /** An independent stream of random numbers of this seed. */
    public final RandomGenerator random(String label) {
        return world.random(label);
    }

    // ---- nodes

    /** @throws IllegalArgumentException when there is one of this name */
    protected final void start(N node) {
        if (byName.putIfAbsent(node.name(), node) != null) {
            throw new IllegalArgumentException("there is a node " + node.name() + " already");
        }
        inOrder.add(node);
        node.start();
    }

    public final N node(String name) {
        var node = byName.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name + "; there are " + byName.keySet());
        }
        return node;
    }

    /** All nodes in the order of their first start. */
    public final List<N> nodes() {
        return List.copyOf(inOrder);
    }

    public final void crash(String name) {
        node(name).crash();
    }

    public final void restart(String name) {
        node(name).restart();
    }

    // ---- network

    /** How every link behaves that has no conditions of its own. */
    @Override
    public final void network(NetworkConditions conditions) {
        links.conditions(conditions);
    }

    /** How the link from one node to another behaves, that direction alone, until {@link #heal()}. */
    @Override
    public final void network(String from, String to, NetworkConditions conditions) {
        links.conditions(node(from).name(), node(to).name(), conditions);
    }

    @Override
    public final void networkAsElsewhere(String from, String to) {
        links.conditionsAsElsewhere(node(from).name(), node(to).name());
    }

    /**
     * Lets nothing pass from one node to another, that direction alone. What is under way is lost, or, on the cluster
     * stage, held until the link is mended: the seed says which.
     */
    @Override
    public final void cut(String from, String to) {
        links.cut(node(from).name(), node(to).name());
        world.event(Mark.NETWORK, "", "cut " + from + " -> " + to);
    }

    /** Undoes {@link #cut}. */
    @Override
    public final void mend(String from, String to) {
        links.mend(node(from).name(), node(to).name());
        world.event(Mark.NETWORK, "", "mend " + from + " -> " + to);
    }

    /** Lets nothing pass between the two sides, in either direction. */
    public final void partition(Set<String> oneSide, Set<String> otherSide) {
        for (String a : oneSide.stream().sorted().toList()) {
            for (String b : otherSide.stream().sorted().toList()) {
                cut(a, b);
                cut(b, a);
            }
        }
    }

    /** Parts one node from all others. */
    public final void isolate(String name) {
        for (String other : byName.keySet()) {
            if (!other.equals(name)) {
                cut(name, other);
                cut(other, name);
            }
        }
    }

    /** Mends every link, and takes back the conditions of single links. */
    public void heal() {
        links.heal();
        world.event(Mark.NETWORK, "", "the network heals");
    }

    /**
     * Lets faults happen to the nodes started so far: for {@code length} of virtual time, one about every {@code
     * interval}, each lasting up to three intervals; at the end all are cured.
     */
    public final void nemesis(Duration length, Duration interval, Fault... faults) {
        var nemesis = new Nemesis(this, world, nodes(), faultFilter, faults);
        nemeses.add(nemesis);
        nemesis.begin(length, interval);
    }

    /** The faults that took place, one line each; each line begins with the number to name in a {@link FaultFilter}. */
    public final List<String> faults() {
        return nemeses.stream().flatMap(nemesis -> nemesis.struck().stream()).toList();
    }

    // ---- clients

    /**
     * The numbers of the clients that take part, out of 1 to {@code count}: all of them, but for a failed run that is
     * repeated with fewer to find out whom it takes. Make one client for each.
     */
    public final List<Integer> clients(int count) {
        return clientFilter.of(count);
    }

    /** Everybody whom {@link #clients} has named so far. */
    public final Set<Integer> clientsTaking() {
        return clientFilter.named();
    }

    /** A recorder for what clients do: the trace shows it below the nodes, on the same time axis. */
    public final <I, O> HistoryRecorder<I, O> recorder() {
        return histories.recorder();
    }

    /**
     * The run stands or falls by a checker's verdict on what {@link #recorder()} has written down; the trace shows the
     * operations that it objects to.
     *
     * @throws SimulationFailure with the verdict's words unless it is {@link Verdict.Valid}
     */
    public final void judge(Verdict verdict) {
        histories.judge(verdict);
    }

    // ---- what happened

    /**
     * Counts that the run has come to something worth testing ({@code "leader change during membership change"}): a suite
     * of seeds tells at its end what it has reached how often, and what it expected and never reached.
     */
    public final void reached(String what) {
        world.reached(what);
    }

    /** How often this run has reached what. */
    public final Map<String, Long> reached() {
        return world.reached();
    }

    /** What actors below the nodes' roots have failed with, from the first on; of very many the first hundred. */
    public final List<Throwable> actorFailures() {
        return world.actorFailures();
    }

    /** From now on everything is kept for {@link #writeTrace}; costs time and memory. */
    public final void recordTrace() {
        world.recordTrace();
    }

    /**
     * Writes what was recorded as a space-time diagram, one HTML file that needs nothing else.
     *
     * @throws IllegalStateException when nothing was recorded
     */
    public final void writeTrace(Path file) throws IOException {
        writeTrace(file, "seed " + seed);
    }

    /** As {@link #writeTrace(Path)}, with a heading; what follows in further lines says what went wrong. */
    public final void writeTrace(Path file, String title) throws IOException {
        histories.writeTrace(file, title);
    }

    /**
     * What was recorded as a space-time diagram, one HTML page that needs nothing else.
     *
     * @param title what the reader looks at
     * @throws IllegalStateException when nothing was recorded
     */
    public final String trace(String title) {
        return histories.trace(title);
    }

    // ---- time

    /** Does {@code action} when {@code delay} has passed: a step of the schedule of faults. */
    public final void after(Duration delay, Runnable action) {
        world.later(world.nowNanos() + delay.toNanos(), world.outside(), action);
    }

    /** Checks {@code invariant} after every single step from now on. */
    public final void afterEveryStep(String name, Invariant invariant) {
        loop.afterEveryStep(name, invariant);
    }

    public final void runFor(Duration virtualTime) {
        loop.runFor(virtualTime);
    }

    /**
     * Runs until {@code reached}, which is asked after every step.
     *
     * @throws SimulationFailure when it is not within {@code limit} of virtual time
     */
    public final void runUntil(BooleanSupplier reached, Duration limit) {
        loop.runUntil(reached, limit);
    }

    /** Runs until {@code answer} is there, which comes, or fails, within {@code limit}. */
    protected final <R> R await(CompletionStage<R> answer, Duration limit) {
        var future = answer.toCompletableFuture();
        runUntil(future::isDone, limit.plusMillis(1));
        return future.join();
    }

    /** What stands after every step: nodes that ended, and invariants. */
    final void check() {
        loop.check();
    }

    @Override
    public abstract void close();
}
