package io.troupe.sim;

import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.DynamicAccess;
import org.apache.pekko.actor.EmptyLocalActorRef;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.LocalActorRefProvider;
import org.apache.pekko.event.EventStream;

/**
 * Knows to which node the reply address of an {@code ask} belongs. Such an address has no mailbox where the network
 * could step in, so another node that reads it from a message gets a stand-in that does.
 */
public final class NodeAwareProvider extends LocalActorRefProvider {

    private static final int RESOLVED_MAX = 10_000;

    private final World world;
    private final Map<ActorPath, Host> owners = new HashMap<>();
    /** Of actors that live: the same few are named in message after message. */
    private final Map<String, ActorRefWithCell> resolved = new HashMap<>();

    /** Called by Pekko. */
    public NodeAwareProvider(String name, ActorSystem.Settings settings, EventStream events, DynamicAccess access) {
        super(name, settings, events, access);
        this.world = World.of(settings.config());
    }

    @Override
    public void registerTempActor(InternalActorRef actor, ActorPath path) {
        if (world.current() != world.outside()) {
            owners.put(path, world.current());
        }
        super.registerTempActor(actor, path);
    }

    @Override
    public void unregisterTempActor(ActorPath path) {
        owners.remove(path);
        super.unregisterTempActor(path);
    }

    @Override
    public ActorRef resolveActorRef(String path) {
        var known = resolved.get(path);
        if (known != null && !known.isTerminated()) {
            return known;
        }
        var found = super.resolveActorRef(path);
        if (found instanceof ActorRefWithCell actor) {
            if (resolved.size() >= RESOLVED_MAX) {
                resolved.clear();
            }
            resolved.put(path, actor);
            return actor;
        }
        return standIn(found);
    }

    @Override
    public ActorRef resolveActorRef(ActorPath path) {
        return standIn(super.resolveActorRef(path));
    }

    private ActorRef standIn(ActorRef ref) {
        // Mostly nobody asks, and a path has no hash code ready.
        var owner = owners.isEmpty() ? null : owners.get(ref.path());
        if (owner == null || owner == world.current() || world.current() == world.outside()) {
            return ref;
        }
        return new FarAsker(this, world, owner, ref);
    }

    /** The address of an ask on another node. */
    private static final class FarAsker extends EmptyLocalActorRef {
        private final World world;
        private final Host owner;
        private final ActorRef asker;

        private FarAsker(NodeAwareProvider provider, World world, Host owner, ActorRef asker) {
            super(provider, asker.path(), provider.eventStream());
            this.world = world;
            this.owner = owner;
            this.asker = asker;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public void $bang(Object message, ActorRef sender) {
            world.network().send(world.current(), owner, asker, message, sender);
        }
    }
}
