package io.troupe.sim.cluster;

import io.troupe.sim.Host;
import io.troupe.sim.Links;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.World;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.Address;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the actor systems: two connections a direction (control and ordinary), as Artery over TCP keeps them.
 * Frames of one connection arrive in order. When a link is cut the seed says, for the length of that cut, whether what is
 * sent stays in the connection's buffers and arrives after {@link #mend}, or is lost with a broken connection.
 */
final class RemoteNetwork implements Links {

    /** A connection's buffers hold no more: Artery's default outbound queue. */
    private static final int HELD_MAX = 3_072;

    private record Link(String from, String to) {}

    private record Endpoint(Host host, SimulatedTransport transport) {}

    private record Held(Frame frame, Endpoint to) {}

    private static final class Connection {
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private long lastArrivalNanos;
    }

    private static final class LinkState {
        private final Map<Frame.Stream, Connection> connections = new EnumMap<>(Frame.Stream.class);
        private boolean cut;
        private boolean holds;
        private @Nullable NetworkConditions conditions;

        private Connection connection(Frame.Stream stream) {
            return connections.computeIfAbsent(stream, any -> new Connection());
        }
    }

    private final World world;
    private final RandomGenerator random;
    private final Map<Address, Endpoint> endpoints = new HashMap<>();
    private final Map<Link, LinkState> links = new LinkedHashMap<>();
    private NetworkConditions conditions = NetworkConditions.good();
    private long sent;
    private long lost;

    RemoteNetwork(World world) {
        this.world = world;
        this.random = world.random("network");
    }

    void listens(Address address, Host host, SimulatedTransport transport) {
        endpoints.put(address, new Endpoint(host, transport));
    }

    // ---- conditions

    @Override
    public void conditions(NetworkConditions everywhere) {
        conditions = everywhere;
    }

    @Override
    public void conditions(String from, String to, NetworkConditions there) {
        link(from, to).conditions = there;
    }

    @Override
    public void conditionsAsElsewhere(String from, String to) {
        link(from, to).conditions = null;
    }

    @Override
    public void cut(String from, String to) {
        var link = link(from, to);
        if (!link.cut) {
            link.cut = true;
            link.holds = random.nextBoolean();
        }
    }

    @Override
    public void mend(String from, String to) {
        var link = link(from, to);
        link.cut = false;
        carryHeld(link);
    }

    @Override
    public void heal() {
        for (var link : links.values()) {
            link.conditions = null;
            link.cut = false;
            carryHeld(link);
        }
    }

    /** The node runs again: what waited in its sockets is read, some of it before its overdue timers fire. */
    void resumed(String name) {
        links.forEach((link, state) -> {
            if (link.to().equals(name)) {
                carryHeld(state);
            }
        });
    }

    private void carryHeld(LinkState link) {
        for (var stream : Frame.Stream.values()) {
            var connection = link.connection(stream);
            for (int left = connection.held.size(); left > 0; left--) {
                var next = connection.held.remove();
                carry(link, connection, next);
            }
        }
    }

    @Override
    public long sent() {
        return sent;
    }

    @Override
    public long lost() {
        return lost;
    }

    // ---- frames

    /** @param after when it may arrive at the earliest: the last arrival of another stream */
    void send(Host from, Address to, Frame frame, Optional<Frame.Stream> after) {
        sent++;
        var endpoint = endpoints.get(to);
        if (endpoint == null || endpoint.host().isDead() || from.isDead()) {
            lost++;
            return;
        }
        var link = link(from.name(), endpoint.host().name());
        var connection = link.connection(frame.stream());
        after.map(link::connection)
                .ifPresent(other ->
                        connection.lastArrivalNanos = Math.max(connection.lastArrivalNanos, other.lastArrivalNanos));
        var held = new Held(frame, endpoint);
        if (link.cut) {
            holdOrLose(link, connection, held);
        } else if (random.nextDouble() < conditionsOf(link).loss()) {
            lost++;
            traced(from, frame, endpoint, -1);
        } else {
            traced(from, frame, endpoint, carry(link, connection, held));
        }
    }

    private long carry(LinkState link, Connection connection, Held held) {
        long arrival = Math.max(world.nowNanos() + latency(conditionsOf(link)), connection.lastArrivalNanos);
        connection.lastArrivalNanos = arrival;
        world.later(arrival, world.outside(), () -> arrive(link, connection, held));
        return arrival;
    }

    private void arrive(LinkState link, Connection connection, Held held) {
        var host = held.to().host();
        if (host.isDead()) {
            lost++;
        } else if (link.cut) {
            holdOrLose(link, connection, held);
        } else if (host.isPaused()) {
            connection.held.add(held);
        } else {
            world.as(host, () -> held.to().transport().receive(held.frame()));
        }
    }

    private void holdOrLose(LinkState link, Connection connection, Held held) {
        if (link.holds && connection.held.size() < HELD_MAX) {
            connection.held.add(held);
        } else {
            lost++;
        }
    }

    private void traced(Host from, Frame frame, Endpoint to, long arrival) {
        if (frame.content() instanceof Frame.Message message) {
            world.sent(
                    from,
                    to.host(),
                    arrival,
                    message.recipient(),
                    message.type().getSimpleName());
        } else {
            world.sent(from, to.host(), arrival, "transport", frame.content());
        }
    }

    private NetworkConditions conditionsOf(LinkState link) {
        return link.conditions == null ? conditions : link.conditions;
    }

    private long latency(NetworkConditions present) {
        long min = present.latencyMin().toNanos();
        long max = present.latencyMax().toNanos();
        return min == max ? min : random.nextLong(min, max + 1);
    }

    private LinkState link(String from, String to) {
        return links.computeIfAbsent(new Link(from, to), any -> new LinkState());
    }
}
