package io.troupe.sim;

import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/** A node that is a subtree of actors, {@code /user/NAME}. */
public final class Node<T> extends SimulatedNode {

    private final Function<NodeContext, Behavior<T>> behavior;
    private @Nullable ActorRef<T> ref;
    private boolean stops;

    Node(World world, String name, Function<NodeContext, Behavior<T>> behavior) {
        super(world, name);
        this.behavior = behavior;
    }

    /** The root actor of the present life, or of the last one when the node is down. */
    public ActorRef<T> ref() {
        if (ref == null) {
            throw new IllegalStateException(name() + " was never started");
        }
        return ref;
    }

    @Override
    protected void begin(Host newLife, int number) {
        stops = false;
        var context = new NodeContext(world(), newLife, number);
        world().as(newLife, () -> {
            var root = Adapter.spawn(world().system(), behavior.apply(context), name());
            newLife.root(Adapter.toClassic(root));
            ref = root;
        });
    }

    @Override
    protected void end(Host oldLife) {
        world().bury(oldLife);
    }

    /** @param surviving how many of the changes not yet synced are found on the disk afterwards */
    void crash(int surviving) {
        crash(() -> disk().crash(surviving));
    }

    /**
     * Stops the node in good order: its actors stop, children first, and what they say and persist while they do counts;
     * then the node is down, with all of its disk. That may take virtual time; {@link #isUp()} tells when it is over.
     */
    @Override
    public void stop() {
        stop("is told to stop", root -> world().system().stop(Adapter.toClassic(root)));
    }

    /** As {@link #stop()}, for a root actor that ends by itself when it is told {@code farewell}. */
    public void stop(T farewell) {
        stop("is told " + farewell, root -> root.tell(farewell));
    }

    private void stop(String what, Consumer<ActorRef<T>> end) {
        var stopping = life();
        stops = true;
        world().betweenSteps(() -> {
            if (!stopping.isDead()) { // It may have crashed meanwhile.
                world().note(stopping, what);
                world().as(stopping, () -> end.accept(ref()));
            }
        });
    }

    /** Whether the root has stopped since it was last looked at, and nobody had told it to. */
    boolean diedByItself() {
        if (!isUp() || !(life().root() instanceof InternalActorRef root) || !root.isTerminated()) {
            return false;
        }
        if (stops) {
            disk().flush();
            world().event(Mark.STOP, name(), "has stopped");
        } else {
            disk().crash();
        }
        world().bury(life());
        return !stops;
    }
}
