package io.troupe.sim;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** What a node of the protocol stage builds its root behavior from. */
public final class NodeContext extends NodeLife {

    private final World world;

    NodeContext(World world, Host host, int life) {
        super(world, host, life);
        this.world = world;
    }

    /**
     * The root actor of another node (or of this one), whichever life that node is in when a message is sent; what is sent
     * while it is down is lost. The node need not have been started yet.
     */
    public <T> ActorRef<T> peer(String node) {
        return Adapter.toTyped(new PeerRef(world, node));
    }
}
