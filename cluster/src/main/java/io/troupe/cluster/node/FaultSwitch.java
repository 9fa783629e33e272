package io.troupe.cluster.node;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.remote.RARP;
import org.apache.pekko.remote.RemoteTransport;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.Blackhole$;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.Direction;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.SetThrottle;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.ThrottleMode;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.Unthrottled$;

/**
 * Cuts this node off from others inside Artery's streams, both what it sends and what it receives,
 * on connections that exist and on new ones; as when a cable is pulled, nobody is told. Works only
 * when the actor system was started with Artery's test mode on.
 */
final class FaultSwitch {

    private static final Direction BOTH = both();

    private final RemoteTransport transport;
    private final Set<Address> cutOff = new LinkedHashSet<>();

    FaultSwitch(ActorSystem<?> system) {
        this.transport = ((RARP) RARP.get(Adapter.toClassic(system))).provider().transport();
    }

    /** Cuts off from exactly {@code peers}: an earlier cut from others is healed. */
    void cutOffFrom(Collection<Address> peers) {
        for (Address healed : Set.copyOf(cutOff)) {
            if (!peers.contains(healed)) {
                set(healed, Unthrottled$.MODULE$);
                cutOff.remove(healed);
            }
        }
        for (Address peer : peers) {
            if (cutOff.add(peer)) {
                set(peer, Blackhole$.MODULE$);
            }
        }
    }

    private void set(Address peer, ThrottleMode mode) {
        transport.managementCommand(new SetThrottle(peer, BOTH, mode)); // takes effect at once
    }

    /** A Scala object nested in an object of an interface: javac cannot name it. */
    private static Direction both() {
        String name = Direction.class.getName() + "$Both$";
        try {
            return (Direction) Class.forName(name).getField("MODULE$").get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Pekko's " + name + " is missing", e);
        }
    }
}
