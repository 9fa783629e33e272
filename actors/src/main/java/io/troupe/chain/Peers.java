package io.troupe.chain;

import io.troupe.replication.Engine;
import io.troupe.replication.PeerDirectory;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/** The other servers: who is sought, and who of them can be reached now; what is told to another is lost. */
final class Peers {

    private final Engine.Seat seat;
    private final TreeMap<String, ActorRef<ChainMessage>> reachable = new TreeMap<>();
    private SortedSet<String> sought;

    Peers(Engine.Seat seat, Configuration known) {
        this.seat = seat;
        this.sought = othersIn(known);
    }

    /** The members of the group, and whoever is still in its chain, but this one. */
    SortedSet<String> all() {
        return sought;
    }

    private SortedSet<String> othersIn(Configuration configuration) {
        SortedSet<String> others = configuration.everybody(seat.members());
        others.remove(seat.node());
        return others;
    }

    /** Another configuration is known. */
    void seek(Configuration configuration) {
        SortedSet<String> others = othersIn(configuration);
        if (!others.equals(sought)) {
            sought = others;
            seat.directory().tell(new PeerDirectory.Seek(seat.group(), others));
        }
    }

    void onPeerAt(PeerDirectory.PeerAt found) {
        found.replica()
                .ifPresentOrElse(
                        ref -> reachable.put(found.node(), ref.narrow()), () -> reachable.remove(found.node()));
    }

    Optional<ActorRef<ChainMessage>> at(String node) {
        return Optional.ofNullable(reachable.get(node));
    }

    boolean canReach(String node) {
        return reachable.containsKey(node);
    }

    void tell(String node, ChainMessage message) {
        ActorRef<ChainMessage> peer = reachable.get(node);
        if (peer != null) {
            peer.tell(message);
        }
    }
}
