package io.troupe.chain;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Resume;
import java.util.Optional;
import java.util.TreeMap;

/** The successors of a server in its epoch, who joins below it among them: one, or none, in a chain; all others of a primary. */
final class Downstream {

    private final ChainServer server;
    private final TreeMap<String, Link> links = new TreeMap<>();
    private boolean extending;
    private long acknowledgedBefore;

    Downstream(ChainServer server) {
        this.server = server;
    }

    /** An epoch has been entered. */
    void begin(Place place) {
        links.clear();
        Arrangement arrangement = server.settings.arrangement();
        for (String name : place.successors()) {
            boolean counts = arrangement.hearsWhatIsDurable(place.configuration(), name);
            links.put(name, new Link(server, name, counts));
        }
        extending = false;
    }

    /** Another epoch has been decided. */
    void leave() {
        links.clear();
    }

    /** Durable here, and at all that are below. */
    long acknowledged() {
        long least = server.durable();
        for (var link : links.entrySet()) {
            if (server.epochs.entered().configuration().hasMember(link.getKey()) || extending) {
                least = Math.min(least, link.getValue().acknowledged());
            }
        }
        return least;
    }

    /** A successor begins in this epoch, or has missed something: what it lacks is sent (§3, message 4). */
    void onConnect(Connect connect) {
        Link link = links.get(connect.from());
        if (link == null || !server.epochs.isActiveIn(connect.epoch())) {
            return;
        }
        if (link.isFromBefore(connect)) {
            server.epochs.lose();
            return;
        }
        long last = server.history.lastIndex();
        if (connect.stable() > last) {
            throw new IllegalStateException("Group " + server.group + ": " + connect.from()
                    + " has what is durable everywhere through " + connect.stable() + ", but its predecessor "
                    + server.node + " has only what is through " + last
                    + ": its disk has lost what it held. Started again, it joins anew");
        }
        long agreed = server.history.agreedWith(connect.stable(), connect.ends());
        server.peers.tell(connect.from(), new Resume(server.epoch(), connect.attempt(), agreed, last));
        link.connect(agreed);
    }

    /** Nobody below has begun in this epoch, as far as this server knows: nothing of it can be stable. */
    boolean isAlone() {
        return !links.isEmpty() && links.values().stream().noneMatch(Link::isConnected);
    }

    /** A server below has something in this epoch, in which it cannot have begun: see {@link Link#isFromBefore}. */
    void onHeartbeat(Heartbeat beat) {
        if (beat.last() > 0 && server.epochs.isActiveIn(beat.epoch()) && isBelowUnconnected(beat.from())) {
            server.epochs.lose();
        }
    }

    private boolean isBelowUnconnected(String node) {
        Place place = server.epochs.entered();
        Arrangement arrangement = server.settings.arrangement();
        Optional<String> above = Optional.of(node);
        while (above.isPresent() && !links.containsKey(above.get())) {
            above = arrangement.predecessor(place.configuration(), above.get());
        }
        return above.map(links::get).filter(link -> !link.isConnected()).isPresent();
    }

    void onAck(Ack ack) {
        Link link = links.get(ack.from());
        if (link != null && server.epochs.isActiveIn(ack.epoch())) {
            link.onAck(ack);
            server.advance();
        }
    }

    void flush() {
        links.values().forEach(Link::flush);
    }

    void onTick() {
        links.values().forEach(Link::onTick);
    }

    /**
     * Whether the joining server has all that can be stable, and so may become the tail (§3). When what it lacks is on its
     * way, nothing more is acknowledged without it: what a tail has acknowledged, the next one must have, should this one fail.
     */
    boolean hasBroughtUp(String joining) {
        Link link = links.get(joining);
        if (!server.isActive() || link == null) {
            return false;
        }
        if (!extending && link.isStreaming()) {
            extending = true;
            acknowledgedBefore = server.durable();
        }
        return extending && link.acknowledged() >= acknowledgedBefore;
    }
}
