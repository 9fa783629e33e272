package io.troupe.sim;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node through all its lives, on either stage: its disk stays, everything else ends with a life. */
public abstract class SimulatedNode implements FaultyNode {

    private final World world;
    private final String name;
    private final Disk disk;
    private @Nullable Host life;
    private int lives;

    protected SimulatedNode(World world, String name) {
        this.world = world;
        this.name = name;
        this.disk = new Disk(world, name);
    }

    /**
     * Starts what runs on the node.
     *
     * @param number how often the node was started before
     */
    protected abstract void begin(Host newLife, int number);

    /** Takes away at once all that runs on the node. */
    protected abstract void end(Host oldLife);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final boolean isUp() {
        return life != null && !life.isDead();
    }

    @Override
    public final boolean isPaused() {
        return life != null && life.isPaused();
    }

    protected final World world() {
        return world;
    }

    protected final Disk disk() {
        return disk;
    }

    protected final Host life() {
        if (life == null || life.isDead()) {
            throw new IllegalStateException(name + " is not up");
        }
        return life;
    }

    public final void start() {
        if (isUp()) {
            throw new IllegalStateException(name + " is up already");
        }
        var newLife = new Host(name, disk);
        world.register(newLife);
        life = newLife;
        world.event(Mark.START, name, "starts");
        begin(newLife, lives++);
    }

    /**
     * Stops the node at once: no further message is handled, its timers are void, what its disk has not synced is lost
     * (but for a first part of it that may survive, and one write that may be torn), what it has sent is still under way.
     */
    @Override
    public final void crash() {
        crash(disk::crash);
    }

    final void crash(Runnable diskCrash) {
        var crashed = life();
        world.betweenSteps(() -> {
            if (!crashed.isDead()) { // It may have been stopping, and have ended meanwhile.
                world.event(Mark.CRASH, name, "crashes");
                diskCrash.run();
                end(crashed);
            }
        });
    }

    /** Starts the node again, with its disk. */
    @Override
    public final void restart() {
        world.betweenSteps(this::start);
    }

    /**
     * Puts an empty disk in the place of the node's, which is gone with all that was on it.
     *
     * @throws IllegalStateException while the node is up
     */
    @Override
    public final void wipe() {
        world.betweenSteps(() -> {
            if (isUp()) {
                throw new IllegalStateException(name + " is up; only the disk of a node that is down is wiped");
            }
            world.event(Mark.NOTE, name, "has lost its disk, and has an empty one");
            disk.wipe();
        });
    }

    /** Runs nothing of the node until {@link #resume()}: a long garbage collection. What is sent to it waits. */
    @Override
    public final void pause() {
        world.event(Mark.PAUSE, name, "pauses");
        life().pause();
    }

    @Override
    public void resume() {
        world.event(Mark.RESUME, name, "resumes");
        world.resume(life());
    }

    @Override
    public final void disk(DiskConditions conditions) {
        disk.conditions(conditions);
    }

    @Override
    public final Optional<String> rot() {
        return disk.rot();
    }

    /** From now on this node's clocks count {@code rate} seconds a second; holds until the node's life ends. */
    @Override
    public final void clockRate(double rate) {
        if (!(rate > 0.01 && rate < 100)) {
            throw new IllegalArgumentException("a clock rate of " + rate + " is out of bounds; 0.01 to 100 is allowed");
        }
        life().clockRate(rate, world.nowNanos());
    }

    /** Sets this node's calendar clock ahead of the others, or behind when negative; holds until its life ends. */
    @Override
    public final void clockSkew(Duration ahead) {
        life().wallClockSkew(ahead.toNanos());
    }

    @Override
    public final String toString() {
        return name;
    }
}
