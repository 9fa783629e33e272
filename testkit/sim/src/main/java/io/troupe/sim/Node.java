package io.troupe.sim;

import java.util.function.Function;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/** A simulated node, through all its lives. */
public final class Node<T> implements FaultyNode {

    private final Simulation simulation;
    private final World world;
    private final String name;
    private final Disk disk;
    private final Function<NodeContext, Behavior<T>> behavior;
    private @Nullable Host host;
    private @Nullable ActorRef<T> ref;
    private int lives;

    Node(Simulation simulation, World world, String name, Function<NodeContext, Behavior<T>> behavior) {
        this.simulation = simulation;
        this.world = world;
        this.name = name;
        this.disk = new Disk(world, world.streams().derive("disk " + name));
        this.behavior = behavior;
    }

    @Override
    public String name() {
        return name;
    }

    /** The root actor of the present life, or of the last one when the node is down. */
    public ActorRef<T> ref() {
        if (ref == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return ref;
    }

    @Override
    public boolean isUp() {
        return host != null && !host.isDead();
    }

    @Override
    public boolean isPaused() {
        return host != null && host.isPaused();
    }

    Disk disk() {
        return disk;
    }

    void start() {
        if (isUp()) {
            throw new IllegalStateException(name + " is up already");
        }
        var started = new Host(name, disk);
        world.register(started);
        host = started;
        var context = new NodeContext(world, started, lives++);
        world.as(started, () -> {
            var root = Adapter.spawn(world.system(), behavior.apply(context), name);
            started.root(Adapter.toClassic(root));
            ref = root;
        });
        world.trace().event(world.nowNanos(), Mark.START, name, "starts");
    }

    /**
     * Stops the node at once: no further message is handled, its timers are void, what its disk has not synced is lost
     * (but for a first part of it that may survive), what it has sent is still under way.
     */
    @Override
    public void crash() {
        crash(disk::crash);
    }

    /** @param surviving how many of the changes not yet synced are found on the disk afterwards */
    void crash(int surviving) {
        crash(() -> disk.crash(surviving));
    }

    private void crash(Runnable diskCrash) {
        var crashed = living();
        simulation.betweenSteps(() -> {
            world.trace().event(world.nowNanos(), Mark.CRASH, name, "crashes");
            diskCrash.run();
            world.bury(crashed);
        });
    }

    /** Starts the node again, with its disk. */
    @Override
    public void restart() {
        simulation.betweenSteps(this::start);
    }

    /** Runs nothing of the node until {@link #resume()}: a long garbage collection. Its mailboxes go on filling. */
    @Override
    public void pause() {
        world.trace().event(world.nowNanos(), Mark.PAUSE, name, "pauses");
        living().pause();
    }

    @Override
    public void resume() {
        world.trace().event(world.nowNanos(), Mark.RESUME, name, "resumes");
        world.resume(living());
    }

    @Override
    public void disk(DiskConditions conditions) {
        disk.conditions(conditions);
    }

    /** From now on this node's clock counts {@code rate} seconds a second; holds until the node's life ends. */
    @Override
    public void clockRate(double rate) {
        if (!(rate > 0.01 && rate < 100)) {
            throw new IllegalArgumentException("a clock rate of " + rate + " is out of bounds; 0.01 to 100 is allowed");
        }
        living().clockRate(rate, world.nowNanos());
    }

    /** Whether the root has stopped by itself since it was last looked at. */
    boolean diedByItself() {
        if (host == null || host.isDead() || host.root() == null) {
            return false;
        }
        boolean gone = ref != null && isTerminated(host);
        if (gone) {
            disk.crash();
            world.bury(host);
        }
        return gone;
    }

    private static boolean isTerminated(Host host) {
        return host.root() instanceof InternalActorRef root && root.isTerminated();
    }

    private Host living() {
        if (host == null || host.isDead()) {
            throw new IllegalStateException(name + " is not up");
        }
        return host;
    }

    @Override
    public String toString() {
        return name;
    }
}
