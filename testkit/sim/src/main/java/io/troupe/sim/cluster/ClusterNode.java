package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Disk;
import io.troupe.sim.DiskConditions;
import io.troupe.sim.FaultyNode;
import io.troupe.sim.Host;
import io.troupe.sim.Mark;
import io.troupe.sim.World;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Leave;
import org.jspecify.annotations.Nullable;

/**
 * A node that is an actor system, through all its lives. Its address is {@code pekko://sim@NAME:25520}, in every life the
 * same, with a new uid.
 */
public final class ClusterNode<T> implements FaultyNode {

    private final World world;
    private final String name;
    private final Config config;
    private final Disk disk;
    private final Function<ClusterNodeContext, Behavior<T>> guardian;
    private @Nullable Host host;
    private @Nullable ActorSystem<T> system;
    private int lives;

    ClusterNode(World world, String name, Config config, Function<ClusterNodeContext, Behavior<T>> guardian) {
        this.world = world;
        this.name = name;
        this.config = config;
        this.disk = new Disk(world, world.random("disk " + name));
        this.guardian = guardian;
    }

    @Override
    public String name() {
        return name;
    }

    /** The actor system of the present life, or of the last one when the node is down. */
    public ActorSystem<T> system() {
        if (system == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return system;
    }

    /** The guardian actor. */
    public ActorRef<T> ref() {
        return system();
    }

    public Cluster cluster() {
        return Cluster.get(system());
    }

    @Override
    public boolean isUp() {
        return host != null && !host.isDead();
    }

    @Override
    public boolean isPaused() {
        return host != null && host.isPaused();
    }

    /** Whether the node is a cluster member that is up, as it sees itself. */
    public boolean isMember() {
        return isUp() && cluster().selfMember().status() == MemberStatus.up();
    }

    /** The names of the members that are up, as this node sees it; unreachable ones are among them. */
    public TreeSet<String> membersUp() {
        var names = new TreeSet<String>();
        if (isUp()) {
            ClusterEvent.CurrentClusterState state = cluster().state();
            StreamSupport.stream(state.getMembers().spliterator(), false)
                    .filter(member -> member.status() == MemberStatus.up())
                    .forEach(member -> names.add(member.address().host().get()));
        }
        return names;
    }

    void start() {
        if (isUp()) {
            throw new IllegalStateException(name + " is up already");
        }
        var started = new Host(name, disk);
        world.register(started);
        host = started;
        var context = new ClusterNodeContext(world, started, lives++);
        var own = ConfigFactory.parseMap(Map.of(World.ID_PATH, world.id(), World.NODE_PATH, name))
                .withFallback(config);
        var setup = BootstrapSetup.create(own).withClassloader(ApplicationClasses.LOADER);
        world.event(Mark.START, name, "starts");
        world.as(
                started,
                () -> system = world.stepping(() -> ActorSystem.create(guardian.apply(context), "sim", setup)));
    }

    /**
     * Stops the node at once: no further message is handled, its timers are void, what its disk has not synced is lost
     * (but for a first part of it that may survive), what it has sent is still under way.
     */
    @Override
    public void crash() {
        var crashed = living();
        world.betweenSteps(() -> {
            world.event(Mark.CRASH, name, "crashes");
            disk.crash();
            world.kill(crashed);
        });
    }

    /** Starts the node again, with its disk and a new uid. */
    @Override
    public void restart() {
        world.betweenSteps(this::start);
    }

    /** Runs nothing of the node until {@link #resume()}: a long garbage collection. Its sockets go on filling. */
    @Override
    public void pause() {
        world.event(Mark.PAUSE, name, "pauses");
        living().pause();
    }

    @Override
    public void resume() {
        world.event(Mark.RESUME, name, "resumes");
        world.resume(living());
        ClusterSimulation.networkOf(world).resumed(name);
    }

    /** Asks the cluster to let this node go; it ends by itself when it was let go. */
    public void leave() {
        var cluster = cluster();
        inTurn(() -> cluster.manager().tell(new Leave(cluster.selfMember().address())));
    }

    /** Begins an orderly shutdown, as a process does at SIGTERM. */
    public void shutdown() {
        var classic = Adapter.toClassic(system());
        inTurn(() -> CoordinatedShutdown.get(classic).runAll(CoordinatedShutdown.unknownReason()));
    }

    private void inTurn(Runnable work) {
        var here = living();
        world.stepping(() -> {
            world.as(here, work);
            return true;
        });
    }

    @Override
    public void disk(DiskConditions conditions) {
        disk.conditions(conditions);
    }

    /** From now on this node's clocks count {@code rate} seconds a second; holds until the node's life ends. */
    @Override
    public void clockRate(double rate) {
        if (!(rate > 0.01 && rate < 100)) {
            throw new IllegalArgumentException("a clock rate of " + rate + " is out of bounds; 0.01 to 100 is allowed");
        }
        living().clockRate(rate, world.nowNanos());
    }

    /** Sets this node's calendar clock ahead of the others, or behind when negative; holds until its life ends. */
    public void clockSkew(Duration ahead) {
        living().wallClockSkew(ahead.toNanos());
    }

    /** Whether the actor system has terminated by itself since this was last asked. */
    boolean endedByItself() {
        if (host == null
                || host.isDead()
                || system == null
                || !Adapter.toClassic(system).whenTerminated().isCompleted()) {
            return false;
        }
        world.event(Mark.NOTE, name, "has ended");
        disk.crash();
        world.kill(host);
        return true;
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
