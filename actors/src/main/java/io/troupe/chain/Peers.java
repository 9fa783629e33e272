package io.troupe.chain;

import io.troupe.replication.Engine;
import io.troupe.replication.PeerDirectory;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;

/** The other servers: who is sought, and who of them can be reached now; what is told to another is lost. */
final class Peers {

    private final Engine.Seat seat;
    private final TreeMap<String, ActorRef<ChainMessage>> reachable = new TreeMap<>();
    private final SortedSet<String> strangers = new TreeSet<>();
    private SortedSet<String> others;

    Peers(Engine.Seat seat, Configuration known) {
        this.seat = seat;
        this.others = othersIn(known);
    }

    /** The members of the group, and whoever is still in its chain, but this one. */
    SortedSet<String> all() {
        return others;
    }

    private SortedSet<String> othersIn(Configuration configuration) {
        SortedSet<String> all = configuration.everybody(seat.members());
        all.remove(seat.node());
        return all;
    }

    /** Another configuration is known. */
    void seek(Configuration configuration) {
        SortedSet<String> now = othersIn(configuration);
        if (!now.equals(others)) {
            others = now;
            seek();
        }
    }

    /** A server that was removed speaks as if it were not: it is sought until it knows. */
    void seekStranger(String node) {
        if (strangers.add(node)) {
            seek();
        }
    }

    void leaveStranger(String node) {
        if (strangers.remove(node)) {
            seek();
        }
    }

    private void seek() {
        SortedSet<String> sought = new TreeSet<>(others);
        sought.addAll(strangers);
        seat.directory().tell(new PeerDirectory.Seek(seat.group(), sought));
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
