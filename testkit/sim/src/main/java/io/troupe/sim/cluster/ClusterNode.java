package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Host;
import io.troupe.sim.Mark;
import io.troupe.sim.SimulatedNode;
import io.troupe.sim.World;
import java.util.ArrayList;
import java.util.List;
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

/**
 * A node that is an actor system, through all its lives. Its address is {@code pekko://sim@NAME:25520}, in every life the
 * same, with a new uid.
 */
public final class ClusterNode<T> extends SimulatedNode {

    private final Config config;
    private final ApplicationClasses classes;
    private final Function<ClusterNodeContext, Behavior<T>> guardian;
    private final List<ActorSystem<T>> systems = new ArrayList<>();

    ClusterNode(
            World world,
            String name,
            Config config,
            ApplicationClasses classes,
            Function<ClusterNodeContext, Behavior<T>> guardian) {
        super(world, name);
        this.config = config;
        this.classes = classes;
        this.guardian = guardian;
    }

    /** The actor system of the present life, or of the last one when the node is down. */
    public ActorSystem<T> system() {
        if (systems.isEmpty()) {
            throw new IllegalStateException(name() + " was never started");
        }
        return systems.get(systems.size() - 1);
    }

    /** The guardian actor. */
    public ActorRef<T> ref() {
        return system();
    }

    public Cluster cluster() {
        return Cluster.get(system());
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

    @Override
    protected void begin(Host newLife, int number) {
        var context = new ClusterNodeContext(world(), newLife, number);
        var own = ConfigFactory.parseMap(Map.of(World.ID_PATH, world().id(), World.NODE_PATH, name()))
                .withFallback(config);
        var setup = BootstrapSetup.create(own).withClassloader(classes);
        world().as(
                        newLife,
                        () -> systems.add(
                                world().stepping(() -> ActorSystem.create(guardian.apply(context), "sim", setup))));
    }

    @Override
    protected void end(Host oldLife) {
        world().kill(oldLife);
    }

    @Override
    public void resume() {
        super.resume();
        ClusterSimulation.networkOf(world()).resumed(name());
    }

    /** Asks the cluster to let this node go; it ends by itself when it was let go. */
    public void leave() {
        var cluster = cluster();
        inTurn(() -> cluster.manager().tell(new Leave(cluster.selfMember().address())));
    }

    /** Begins an orderly shutdown, as a process does at SIGTERM; {@link #isUp()} tells when it is over. */
    @Override
    public void stop() {
        world().event(Mark.NOTE, name(), "is told to stop");
        var classic = Adapter.toClassic(system());
        inTurn(() -> CoordinatedShutdown.get(classic).runAll(CoordinatedShutdown.unknownReason()));
    }

    private void inTurn(Runnable work) {
        var here = life();
        world().stepping(() -> {
            world().as(here, work);
            return true;
        });
    }

    /** The run is over. */
    void forget() {
        systems.forEach(system -> ResolvedReferences.forget(Adapter.toClassic(system)));
    }

    /** Whether the actor system has terminated by itself since this was last asked. */
    boolean endedByItself() {
        if (!isUp() || !Adapter.toClassic(system()).whenTerminated().isCompleted()) {
            return false;
        }
        world().event(Mark.STOP, name(), "has ended");
        disk().flush();
        world().kill(life());
        return true;
    }
}
