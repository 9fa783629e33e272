package io.troupe.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One run of one seed on the protocol stage: nodes are subtrees of one actor system.
 *
 * <p>Time passes only inside {@link #runFor}, {@link #runUntil} and {@link #ask}.
 */
public final class Simulation extends SimulatedRun<Node<?>> {

    private final Stage stage;
    private final World world;
    private Consumer<Node<?>> onNodeDeath = node -> {
        throw new SimulationFailure("the root actor of " + node + " stopped by itself; see the errors above, or say"
                + " with onNodeDeath what is to happen then");
    };
    private boolean closed;

    Simulation(Stage stage, World world, long seed, FaultFilter faults, FaultFilter clients) {
        super(world, world.network(), seed, faults, clients);
        this.stage = stage;
        this.world = world;
    }

    public ActorSystem<Void> system() {
        return Adapter.toTyped(world.system());
    }

    /**
     * Starts a node.
     *
     * @param name unique in this run, of letters, digits, {@code -} and {@code _}
     * @param behavior makes its root actor, at the start and at each restart
     */
    public <T> Node<T> node(String name, Function<NodeContext, Behavior<T>> behavior) {
        var node = new Node<>(world, name, behavior);
        start(node);
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

    /** What happens when a node's root actor stops without being told to; by default the run fails. */
    public void onNodeDeath(Consumer<Node<?>> action) {
        onNodeDeath = action;
    }

    @Override
    protected void look(Node<?> node) {
        if (node.diedByItself()) {
            onNodeDeath.accept(node);
        }
    }

    /** Asks an actor from outside and runs until it answers. */
    public <Q, R> R ask(ActorRef<Q> actor, Function<ActorRef<R>, Q> question, Duration limit) {
        return await(AskPattern.ask(actor, question::apply, limit, system().scheduler()), limit);
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

    /** Ends the run: every node is taken down. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        world.forgive();
        for (var node : nodes()) {
            if (node.isUp()) {
                node.crash();
            }
        }
        stage.ended(this);
    }
}
