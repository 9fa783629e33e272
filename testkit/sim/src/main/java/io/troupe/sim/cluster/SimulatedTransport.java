package io.troupe.sim.cluster;

import io.troupe.sim.Host;
import io.troupe.sim.SimulationFailure;
import io.troupe.sim.World;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSelection$;
import org.apache.pekko.actor.ActorSelectionMessage;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.dispatch.sysmsg.SystemMessage;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.remote.AddressUidExtension;
import org.apache.pekko.remote.HeartbeatMessage;
import org.apache.pekko.remote.RemoteActorRef;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.RemoteTransport;
import org.apache.pekko.remote.UniqueAddress;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serialization$;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.Set;
import scala.collection.immutable.Set$;
import scala.concurrent.Future;
import scala.concurrent.Future$;

/** Pekko's remoting of one actor system, over the simulated network: what Artery's transport does, without its streams. */
final class SimulatedTransport extends RemoteTransport {

    private final World world;
    private final Host host;
    private final RemoteNetwork network;
    private final UniqueAddress local;
    private final LoggingAdapter log;
    private final ByteBuffer buffer;
    private final Map<Address, Association> associations = new LinkedHashMap<>();

    SimulatedTransport(ExtendedActorSystem system, RemoteActorRefProvider provider) {
        super(system, provider);
        this.world = World.of(system.settings().config());
        this.host = world.ownerOf(system.settings().config());
        this.network = ClusterSimulation.networkOf(world);
        this.log = Logging.getLogger(system, SimulatedTransport.class);
        var artery = system.settings().config().getConfig("pekko.remote.artery");
        var address = Address.apply(
                "pekko", system.name(), artery.getString("canonical.hostname"), artery.getInt("canonical.port"));
        this.local = new UniqueAddress(address, AddressUidExtension.get(system).longAddressUid());
        int frameMax = Math.toIntExact(artery.getBytes("advanced.maximum-frame-size"));
        this.buffer = ByteBuffer.allocate(frameMax).order(ByteOrder.LITTLE_ENDIAN);
    }

    World world() {
        return world;
    }

    Host host() {
        return host;
    }

    UniqueAddress local() {
        return local;
    }

    boolean isTerminated() {
        return system().whenTerminated().isCompleted();
    }

    boolean isTerminating() {
        return system().isTerminating();
    }

    void transmit(Address to, Frame.Stream stream, Frame.Content content, Optional<Frame.Stream> after) {
        network.send(host, to, new Frame(local, stream, content), after);
    }

    void publish(Object event) {
        system().eventStream().publish(event);
    }

    // ---- RemoteTransport

    @Override
    public void start() {
        network.listens(local.address(), host, this);
    }

    @Override
    public Future<Done> shutdown() {
        // What was sent is on its way already: there is nothing to flush.
        return Future$.MODULE$.successful(Done.getInstance());
    }

    @Override
    @SuppressWarnings("unchecked")
    public Set<Address> addresses() {
        return (Set<Address>) (Set<?>) Set$.MODULE$.<Address>empty().$plus(local.address());
    }

    @Override
    public Address defaultAddress() {
        return local.address();
    }

    @Override
    public Address localAddressForRemote(Address remote) {
        return local.address();
    }

    @Override
    public LoggingAdapter log() {
        return log;
    }

    @Override
    public void send(Object message, @Nullable ActorRef sender, RemoteActorRef recipient) {
        association(recipient.path().address()).send(message, sender, recipient);
    }

    @Override
    public void quarantine(Address address, Option<Object> uid, String reason) {
        quarantine(address, uid, reason, false);
    }

    /** @param harmless whether the other side left by itself and need not be told */
    void quarantine(Address address, Option<Object> uid, String reason, boolean harmless) {
        if (uid.isDefined()) {
            association(address).quarantine((Long) uid.get(), reason, harmless);
        }
    }

    private Association association(Address remote) {
        return associations.computeIfAbsent(remote, any -> new Association(this, remote));
    }

    // ---- bytes

    /** @return empty when the message is too long for a frame, which is told in the log and else nowhere, as with Artery */
    Optional<Frame.Message> serialize(Object message, @Nullable ActorRef sender, RemoteActorRef recipient) {
        return Serialization$.MODULE$.withTransportInformation(system(), () -> {
            var serializer = serialization().findSerializerFor(message);
            try {
                var bytes = bytes(message, serializer);
                if (bytes.length > buffer.capacity()) {
                    log.error("{} of {} bytes is longer than maximum-frame-size", message.getClass(), bytes.length);
                    return Optional.empty();
                }
                return Optional.of(new Frame.Message(
                        bytes,
                        serializer.identifier(),
                        Serializers.manifestFor(serializer, message),
                        recipient.path().toSerializationFormat(),
                        sender == null ? null : Serialization.serializedActorPath(sender),
                        message instanceof ActorSelectionMessage selection
                                ? selection.msg().getClass()
                                : message.getClass(),
                        message instanceof HeartbeatMessage
                                || message instanceof ActorSelectionMessage selection2
                                        && selection2.msg() instanceof HeartbeatMessage));
            } catch (Exception e) {
                throw failed(
                        message.getClass().getName() + " cannot go from " + host + " to "
                                + recipient.path().address() + ": " + e.getMessage(),
                        e);
            }
        });
    }

    private byte[] bytes(Object message, org.apache.pekko.serialization.Serializer serializer) {
        if (serializer instanceof ByteBufferSerializer direct) {
            buffer.clear();
            direct.toBinary(message, buffer);
            buffer.flip();
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
        return serializer.toBinary(message);
    }

    private Object deserialize(Frame.Message message) {
        try {
            var wrapped = ByteBuffer.wrap(message.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            return serialization().deserializeByteBuffer(wrapped, message.serializer(), message.manifest());
        } catch (Exception e) {
            throw failed(
                    message.type().getName() + " cannot be read by " + host
                            + ": its serializer does not take back what it wrote (" + e.getMessage() + ")",
                    e);
        }
    }

    private SimulationFailure failed(String what, Exception cause) {
        var failure = new SimulationFailure(what, cause);
        world.fail(failure);
        return failure;
    }

    private Serialization serialization() {
        return SerializationExtension.get(system());
    }

    // ---- inbound

    void receive(Frame frame) {
        if (isTerminated()) {
            return;
        }
        association(frame.origin().address()).receive(frame);
    }

    /** As Artery's MessageDispatcher does. */
    void deliver(Frame.Message message) {
        var recipient = provider().resolveActorRefWithLocalAddress(message.recipient(), local.address());
        ActorRef sender = message.sender() == null
                ? system().deadLetters()
                : provider().resolveActorRefWithLocalAddress(message.sender(), local.address());
        var content = deserialize(message);
        if (recipient == provider().remoteDaemon()) {
            recipient.tell(content, sender);
        } else if (content instanceof ActorSelectionMessage selection) {
            ActorSelection$.MODULE$.deliverSelection(recipient, sender, selection);
        } else if (content instanceof SystemMessage systemMessage) {
            recipient.sendSystemMessage(systemMessage);
        } else {
            recipient.tell(content, sender);
        }
    }

    /** Whether messages to this actor go by the control stream: the failure detectors'. */
    static boolean isPriority(ActorPath path) {
        var text = path.toStringWithoutAddress();
        return text.equals("/system/remote-watcher")
                || text.equals("/system/cluster/core/daemon/heartbeatSender")
                || text.equals("/system/cluster/core/daemon/crossDcHeartbeatSender")
                || text.equals("/system/cluster/heartbeatReceiver");
    }
}
