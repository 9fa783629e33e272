package io.troupe.chain;

import io.troupe.replication.PeerDirectory;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/** The other servers that can be reached now, by node; what is told to another is lost. */
final class Peers {

    private final TreeMap<String, ActorRef<ChainMessage>> reachable = new TreeMap<>();

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
