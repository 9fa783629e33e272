package io.troupe.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
public final class Simulation implements AutoCloseable {

    private final Stage stage;
    private final World world;
    private final long seed;
    private final FaultFilter faultFilter;
    private final List<Nemesis> nemeses = new ArrayList<>();
    private final Map<String, Node<?>> nodes = new LinkedHashMap<>();
    private final Map<String, Invariant> invariants = new LinkedHashMap<>();
    private Consumer<Node<?>> onNodeDeath = node -> {
        throw new SimulationFailure("the root actor of " + node + " stopped by itself; see the errors above, or say"
                + " with onNodeDeath what is to happen then");
    };
    private boolean running;
    private boolean closed;

    Simulation(Stage stage, World world, long seed, FaultFilter faultFilter) {
        this.faultFilter = faultFilter;
        this.stage = stage;
        this.world = world;
        this.seed = seed;
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
    public void network(NetworkConditions conditions) {
        world.network().conditions(conditions);
    }

    /** How the link from one node to another behaves, that direction alone, until {@link #heal()}. */
    public void network(String from, String to, NetworkConditions conditions) {
        world.network().conditions(node(from).name(), node(to).name(), conditions);
    }

    /** Lets nothing pass from one node to another, that direction alone; what is under way is lost. */
    public void cut(String from, String to) {
        world.network().cut(node(from).name(), node(to).name());
        world.trace().event(world.nowNanos(), Mark.NETWORK, "", "cut " + from + " -> " + to);
    }

    /** Undoes {@link #cut}. */
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
    public List<String> faults() {
        return nemeses.stream().flatMap(nemesis -> nemesis.struck().stream()).toList();
    }

    // ---- what happened

    /** From now on everything is kept for {@link #writeTrace}; costs time and memory. */
    public void recordTrace() {
        world.trace().record();
    }

    /**
     * Writes what was recorded as a space-time diagram, one HTML file that needs nothing else.
     *
     * @throws IllegalStateException when nothing was recorded
     */
    public void writeTrace(Path file) throws IOException {
        world.trace()
                .recording()
                .orElseThrow(() -> new IllegalStateException("call recordTrace() before the run"))
                .writeTo(file, "seed " + seed);
    }

    // ---- time

    /** Does {@code action} when {@code delay} has passed: a step of the schedule of faults. */
    public void after(Duration delay, Runnable action) {
        world.at(world.nowNanos() + delay.toNanos(), world.outside(), action);
    }

    /** Checks {@code invariant} after every single step from now on. */
    public void afterEveryStep(String name, Invariant invariant) {
        invariants.put(name, invariant);
    }

    public void runFor(Duration virtualTime) {
        long until = world.nowNanos() + virtualTime.toNanos();
        run(until, () -> false);
        world.advanceTo(until);
    }

    /**
     * Runs until {@code reached}, which is asked after every step.
     *
     * @throws SimulationFailure when it is not within {@code limit} of virtual time
     */
    public void runUntil(BooleanSupplier reached, Duration limit) {
        long until = world.nowNanos() + limit.toNanos();
        if (!reached.getAsBoolean() && !run(until, reached)) {
            throw failed(new SimulationFailure("what was waited for did not happen within " + limit.toMillis()
                    + " ms of virtual time, at " + now().toMillis() + " ms"));
        }
    }

    /** Asks an actor from outside and runs until it answers. */
    public <Q, R> R ask(ActorRef<Q> actor, Function<ActorRef<R>, Q> question, Duration limit) {
        CompletionStage<R> answer = AskPattern.ask(actor, question::apply, limit, system().scheduler());
        var future = answer.toCompletableFuture();
        runUntil(future::isDone, limit.plusMillis(1));
        return future.join();
    }

    private boolean run(long untilNanos, BooleanSupplier reached) {
        if (running) {
            throw new IllegalStateException(
                    "the simulation runs already: an actor, an invariant or a scheduled action" + " cannot run it");
        }
        running = true;
        return stage.stepping(() -> {
            try {
                while (world.step(untilNanos)) {
                    check();
                    if (reached.getAsBoolean()) {
                        return true;
                    }
                }
                return false;
            } catch (SimulationFailure failure) {
                throw failed(failure);
            } finally {
                running = false;
            }
        });
    }

    private void check() {
        for (var node : nodes.values()) {
            if (node.diedByItself()) {
                onNodeDeath.accept(node);
            }
        }
        for (var invariant : invariants.entrySet()) {
            try {
                invariant.getValue().check();
            } catch (RuntimeException | AssertionError e) {
                throw new SimulationFailure("'" + invariant.getKey() + "' does not hold: " + e.getMessage(), e);
            }
        }
    }

    private SimulationFailure failed(SimulationFailure failure) {
        var text = new StringBuilder(Optional.ofNullable(failure.getMessage()).orElse(""))
                .append("\n  seed ")
                .append(seed)
                .append(", at ")
                .append(world.nowNanos() / 1e6)
                .append(" ms of virtual time, after ")
                .append(world.steps())
                .append(" steps, fingerprint ")
                .append(Long.toHexString(fingerprint()))
                .append("\n  faults:");
        faults().forEach(fault -> text.append("\n  ").append(fault));
        text.append("\n  what happened last:");
        world.trace().lines().forEach(line -> text.append("\n  ").append(line));
        return new SimulationFailure(text.toString(), failure.getCause() == null ? failure : failure.getCause());
    }

    /** Does it now, or, when an actor is just running, right after its turn. */
    void betweenSteps(Runnable action) {
        if (world.isInTurn()) {
            world.at(world.nowNanos(), world.outside(), action);
        } else {
            action.run();
        }
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
