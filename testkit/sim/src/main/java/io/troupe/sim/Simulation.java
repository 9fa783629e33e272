package io.troupe.sim;

import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One run of one seed: nodes, the network between them, their disks and clocks, in virtual time on the calling thread.
 * The same seed and the same calls give the same run, message by message.
 *
 * <p>Time passes only inside {@link #runFor}, {@link #runUntil} and {@link #ask}.
 */
public final class Simulation implements FaultyNetwork, SeededRun {

    private final Stage stage;
    private final World world;
    private final long seed;
    private final FaultFilter faultFilter;
    private final List<Nemesis> nemeses = new ArrayList<>();
    private final Map<String, Node<?>> nodes = new LinkedHashMap<>();
    private final List<Node<?>> inOrder = new ArrayList<>();
    private final RunLoop loop;
    private final ClientFilter clientFilter;
    private final ClientHistories clients;
    private Consumer<Node<?>> onNodeDeath = node -> {
        throw new SimulationFailure("the root actor of " + node + " stopped by itself; see the errors above, or say"
                + " with onNodeDeath what is to happen then");
    };
    private boolean closed;

    Simulation(Stage stage, World world, long seed, FaultFilter faultFilter, FaultFilter clientFilter) {
        this.clientFilter = new ClientFilter(clientFilter);
        this.faultFilter = faultFilter;
        this.stage = stage;
        this.world = world;
        this.seed = seed;
        this.clients = new ClientHistories(world);
        this.loop = new RunLoop(world, seed, this::endNodesThatStopped, this::faults);
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

    /** How many messages were sent from one node to another, lost ones included. */
    public long messagesSent() {
        return world.network().sent();
    }

    /** How many of them were lost. */
    public long messagesLost() {
        return world.network().lost();
    }

    /** A running hash over (virtual time, actor path, message type) of every message that a node has handled. */
    @Override
    public long fingerprint() {
        return world.fingerprint().value();
    }

    /** An independent stream of random numbers of this seed. */
    public RandomGenerator random(String label) {
        return world.streams().derive(label);
    }

    public ActorSystem<Void> system() {
        return Adapter.toTyped(world.system());
    }

    // ---- nodes

    /**
     * Starts a node.
     *
     * @param name unique in this run, of letters, digits, {@code -} and {@code _}
     * @param behavior makes its root actor, at the start and at each restart
     */
    public <T> Node<T> node(String name, Function<NodeContext, Behavior<T>> behavior) {
        if (nodes.containsKey(name)) {
            throw new IllegalArgumentException("there is a node " + name + " already");
        }
        var node = new Node<>(this, world, name, behavior);
        nodes.put(name, node);
        inOrder.add(node);
        node.start();
        return node;
    }

    /** Starts {@code count} nodes n1, n2, … */
    public <T> List<Node<T>> nodes(int count, Function<NodeContext, Behavior<T>> behavior) {
        List<Node<T>> started = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            started.add(node("n" + i, behavior));
        }
        return started;
    }

    public Node<?> node(String name) {
        var node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name + "; there are " + nodes.keySet());
        }
        return node;
    }

    public void crash(String name) {
        node(name).crash();
    }

    public void restart(String name) {
        node(name).restart();
    }

    /** What happens when a node's root actor stops by itself; by default the run fails. */
    public void onNodeDeath(Consumer<Node<?>> action) {
        onNodeDeath = action;
    }

    // ---- network

    /** How every link behaves that has no conditions of its own. */
    @Override
    public void network(NetworkConditions conditions) {
        world.network().conditions(conditions);
    }

    /** How the link from one node to another behaves, that direction alone, until {@link #heal()}. */
    @Override
    public void network(String from, String to, NetworkConditions conditions) {
        world.network().conditions(node(from).name(), node(to).name(), conditions);
    }

    @Override
    public void networkAsElsewhere(String from, String to) {
        world.network().conditionsAsElsewhere(node(from).name(), node(to).name());
    }

    /** Lets nothing pass from one node to another, that direction alone; what is under way is lost. */
    @Override
    public void cut(String from, String to) {
        world.network().cut(node(from).name(), node(to).name());
        world.trace().event(world.nowNanos(), Mark.NETWORK, "", "cut " + from + " -> " + to);
    }

    /** Undoes {@link #cut}. */
    @Override
    public void mend(String from, String to) {
        world.network().mend(node(from).name(), node(to).name());
        world.trace().event(world.nowNanos(), Mark.NETWORK, "", "mend " + from + " -> " + to);
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

    /** Mends every link, and takes back the conditions of single links. */
    public void heal() {
        world.network().heal();
        world.trace().event(world.nowNanos(), Mark.NETWORK, "", "the network heals");
    }

    /**
     * Lets faults happen to the nodes started so far: for {@code length} of virtual time, one about every {@code
     * interval}, each lasting up to three intervals; at the end all are cured.
     */
    public void nemesis(Duration length, Duration interval, Fault... faults) {
        var nemesis = new Nemesis(this, world, List.copyOf(nodes.values()), faultFilter, faults);
        nemeses.add(nemesis);
        nemesis.begin(length, interval);
    }

    /** The faults that took place, one line each; each line begins with the number to name in a {@link FaultFilter}. */
    @Override
    public List<String> faults() {
        return nemeses.stream().flatMap(nemesis -> nemesis.struck().stream()).toList();
    }

    /**
     * The numbers of the clients that take part, out of 1 to {@code count}: all of them, but for a failed run that is
     * repeated with fewer to find out whom it takes. Make one client for each.
     */
    public List<Integer> clients(int count) {
        return clientFilter.of(count);
    }

    /** Everybody whom {@link #clients} has named so far. */
    @Override
    public Set<Integer> clientsTaking() {
        return clientFilter.named();
    }

    // ---- what happened

    /**
     * Counts that the run has come to something worth testing ({@code "leader change during membership change"}): a suite
     * of seeds tells at its end what it has reached how often, and what it expected and never reached.
     */
    public void reached(String what) {
        world.reached(what);
    }

    /** How often this run has reached what. */
    @Override
    public Map<String, Long> reached() {
        return world.reached();
    }

    /** From now on everything is kept for {@link #writeTrace}; costs time and memory. */
    @Override
    public void recordTrace() {
        world.trace().record();
    }

    /**
     * Writes what was recorded as a space-time diagram, one HTML file that needs nothing else.
     *
     * @throws IllegalStateException when nothing was recorded
     */
    public void writeTrace(Path file) throws IOException {
        writeTrace(file, "seed " + seed);
    }

    /** As {@link #writeTrace(Path)}, with a heading; what follows in further lines says what went wrong. */
    @Override
    public void writeTrace(Path file, String title) throws IOException {
        clients.writeTrace(file, title);
    }

    /**
     * What was recorded as a space-time diagram, one HTML page that needs nothing else.
     *
     * @param title what the reader looks at
     * @throws IllegalStateException when nothing was recorded
     */
    public String trace(String title) {
        return clients.trace(title);
    }

    /** A recorder for what clients do: the trace shows it below the nodes, on the same time axis. */
    public <I, O> HistoryRecorder<I, O> recorder() {
        return clients.recorder();
    }

    /**
     * The run stands or falls by a checker's verdict on what {@link #recorder()} has written down; the trace shows the
     * operations that it objects to.
     *
     * @throws SimulationFailure with the verdict's words unless it is {@link Verdict.Valid}
     */
    public void judge(Verdict verdict) {
        clients.judge(verdict);
    }

    // ---- time

    /** Does {@code action} when {@code delay} has passed: a step of the schedule of faults. */
    public void after(Duration delay, Runnable action) {
        world.at(world.nowNanos() + delay.toNanos(), world.outside(), action);
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
     * @throws SimulationFailure when it is not within {@code limit} of virtual time
     */
    public void runUntil(BooleanSupplier reached, Duration limit) {
        loop.runUntil(reached, limit);
    }

    /** Asks an actor from outside and runs until it answers. */
    public <Q, R> R ask(ActorRef<Q> actor, Function<ActorRef<R>, Q> question, Duration limit) {
        CompletionStage<R> answer = AskPattern.ask(actor, question::apply, limit, system().scheduler());
        var future = answer.toCompletableFuture();
        runUntil(future::isDone, limit.plusMillis(1));
        return future.join();
    }

    /**
     * From now on the run goes step by step, each chosen by the caller; see {@link Steering} for what that means for time.
     */
    public Steering steer() {
        return new Steering(this, world);
    }

    void steered(Runnable work) {
        world.stepping(() -> {
            work.run();
            return true;
        });
    }

    Collection<Node<?>> nodes() {
        return nodes.values();
    }

    /** What stands after every step: nodes that ended, and invariants. */
    void check() {
        loop.check();
    }

    private void endNodesThatStopped() {
        for (int i = 0; i < inOrder.size(); i++) { // After every step: no iterator.
            var node = inOrder.get(i);
            if (node.diedByItself()) {
                onNodeDeath.accept(node);
            }
        }
    }

    /** Does it now, or, when an actor is just running, right after its turn. */
    void betweenSteps(Runnable action) {
        world.betweenSteps(action);
    }

    /** Ends the run: every node is taken down. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        world.forgive();
        for (var node : nodes.values()) {
            if (node.isUp()) {
                node.crash();
            }
        }
        stage.ended(this);
    }
}
