package io.troupe.sim;

import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.EmptyLocalActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.RootActorPath;

/** The address of a node's root actor in whichever life the node is: what a lookup by path would find each time. */
final class PeerRef extends EmptyLocalActorRef {

    private final World world;
    private final String node;

    PeerRef(World world, String node) {
        this(world, node, (ExtendedActorSystem) world.system());
    }

    private PeerRef(World world, String node, ExtendedActorSystem system) {
        super(
                system.provider(),
                new RootActorPath(system.provider().getDefaultAddress(), "/")
                        .$div("user")
                        .$div(node),
                system.eventStream());
        this.world = world;
        this.node = node;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public void $bang(Object message, ActorRef sender) {
        var host = world.host(node);
        var root = host.map(Host::root);
        if (host.isPresent() && root.isPresent()) {
            root.get().tell(message, sender);
        }
    }
}
