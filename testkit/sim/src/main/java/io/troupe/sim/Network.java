package io.troupe.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.AutoReceivedMessage;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the nodes. A message is turned into bytes by its Pekko serializer when it is sent and back into an
 * object when it arrives, so that nothing is shared and what cannot be serialized is found out.
 */
final class Network implements Links {

    /** A direction between two nodes, by name: it outlives their restarts. */
    private record Link(String from, String to) {}

    private static final class LinkState {
        private boolean cut;
        private @Nullable NetworkConditions conditions;
        private long lastArrivalNanos;
    }

    /** A message as bytes. */
    private record Frame(byte[] bytes, int serializer, String manifest) {}

    private final World world;
    private final Map<Link, LinkState> links = new HashMap<>();
    private @Nullable Serialization serialization;
    private NetworkConditions conditions = NetworkConditions.good();
    private RandomGenerator random = new RandomStreams(0).derive("network");
    private long sent;
    private long lost;

    Network(World world) {
        this.world = world;
    }

    void begin(RandomGenerator stream) {
        links.clear();
        conditions = NetworkConditions.good();
        random = stream;
        sent = 0;
        lost = 0;
    }

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
        link(from, to).cut = true;
    }

    @Override
    public void mend(String from, String to) {
        link(from, to).cut = false;
    }

    @Override
    public void heal() {
        for (var link : links.values()) {
            link.cut = false;
            link.conditions = null;
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

    void send(Host from, Host to, ActorRef receiver, Object message, @Nullable ActorRef sender) {
        if (from.isDead() || to.isDead()) {
            return;
        }
        sent++;
        var frame = message instanceof AutoReceivedMessage ? null : serialize(from, to, message);
        var link = link(from.name(), to.name());
        var present = link.conditions == null ? conditions : link.conditions;
        long latency = latency(present);
        boolean isLost = random.nextDouble() < present.loss();
        boolean isDoubled = random.nextDouble() < present.duplication();
        if (link.cut || isLost) {
            lost++;
            lost(world.trace().sent(world.nowNanos(), from.name(), to.name(), receiver, message));
            return;
        }
        long arrival = Math.max(world.nowNanos() + latency, link.lastArrivalNanos);
        link.lastArrivalNanos = arrival;
        carry(arrival, from, to, link, receiver, message, frame, sender, false);
        if (isDoubled) {
            carry(arrival + latency(present), from, to, link, receiver, message, frame, sender, true);
        }
    }

    private void lost(@Nullable Flight flight) {
        if (flight != null) {
            flight.lost(world.trace().time(world.nowNanos()));
        }
    }

    private void carry(
            long arrival,
            Host from,
            Host to,
            LinkState link,
            ActorRef receiver,
            Object message,
            @Nullable Frame frame,
            @Nullable ActorRef sender,
            boolean isCopy) {
        var flight = world.trace().sent(world.nowNanos(), from.name(), to.name(), receiver, message);
        Runnable again = () -> carry(world.nowNanos(), from, to, link, receiver, message, frame, sender, true);
        // For the outside: a paused node's mailboxes still fill, as a stopped process's socket does.
        world.at(
                arrival,
                world.outside(),
                new Cause.Arrival(from.name(), to, receiver, message, isCopy, flight, again),
                () -> {
                    if (link.cut || to.isDead()) {
                        lost += link.cut ? 1 : 0;
                        lost(flight);
                        return;
                    }
                    if (flight != null) {
                        flight.arrived(world.trace().time(world.nowNanos()));
                    }
                    world.as(to, () -> deliver(from, to, receiver, message, frame, sender));
                });
    }

    private void deliver(
            Host from, Host to, ActorRef receiver, Object original, @Nullable Frame frame, @Nullable ActorRef sender) {
        Object message =
                frame == null ? original : TypedWrapping.wrap(original, deserialize(from, to, original, frame));
        ActorRef farSender = sender;
        if (sender != null && sender != ActorRef.noSender()) {
            farSender = ((ExtendedActorSystem) world.system()).provider().resolveActorRef(sender.path());
        }
        receiver.tell(message, farSender);
    }

    private Frame serialize(Host from, Host to, Object message) {
        Object payload = TypedWrapping.payload(message);
        try {
            var serializer = serialization().findSerializerFor(payload);
            return new Frame(
                    serializer.toBinary(payload),
                    serializer.identifier(),
                    Serializers.manifestFor(serializer, payload));
        } catch (Exception e) {
            var failure = new SimulationFailure(
                    payload.getClass().getName() + " cannot go from " + from + " to " + to
                            + ": no serializer takes it (" + e.getMessage() + "); bind one in the configuration",
                    e);
            world.fail(failure);
            throw failure;
        }
    }

    private Object deserialize(Host from, Host to, Object original, Frame frame) {
        try {
            return serialization()
                    .deserialize(frame.bytes(), frame.serializer(), frame.manifest())
                    .get();
        } catch (Exception e) {
            var failure = new SimulationFailure(
                    TypedWrapping.payload(original).getClass().getName() + " from " + from + " cannot be read by " + to
                            + ": its serializer does not take back what it wrote (" + e.getMessage() + ")",
                    e);
            world.fail(failure);
            throw failure;
        }
    }

    private Serialization serialization() {
        if (serialization == null) {
            serialization = SerializationExtension.get(world.system());
        }
        return serialization;
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
