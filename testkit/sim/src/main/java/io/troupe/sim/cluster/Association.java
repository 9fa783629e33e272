package io.troupe.sim.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSelectionMessage;
import org.apache.pekko.actor.Address;
import org.apache.pekko.dispatch.sysmsg.DeathWatchNotification;
import org.apache.pekko.dispatch.sysmsg.SystemMessage;
import org.apache.pekko.dispatch.sysmsg.Unwatch;
import org.apache.pekko.remote.DaemonMsgCreate;
import org.apache.pekko.remote.PriorityMessage;
import org.apache.pekko.remote.RemoteActorRef;
import org.apache.pekko.remote.UniqueAddress;
import org.apache.pekko.remote.artery.GracefulShutdownQuarantinedEvent;
import org.apache.pekko.remote.artery.QuarantinedEvent;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import org.jspecify.annotations.Nullable;

/**
 * What one actor system knows of another address (Artery's {@code Association}, {@code OutboundHandshake} and {@code
 * InboundQuarantineCheck}).
 *
 * <p>Transitions: uid unknown → known, when a handshake completes; known → quarantined, for that uid for ever; known or
 * quarantined → known with another uid, when a handshake with a new incarnation completes.
 */
final class Association {

    private static final Duration HANDSHAKE_RETRY = Duration.ofSeconds(1);
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration INJECT_HANDSHAKE = Duration.ofSeconds(1);
    private static final int ORDINARY_QUEUE_MAX = 3_072;
    private static final int CONTROL_QUEUE_MAX = 20_000;

    private record Waiting(Frame.Content content, boolean system) {}

    private final SimulatedTransport transport;
    private final Address remote;
    private final SystemMessages systemMessages;
    private final Set<Long> knownUids = new HashSet<>();
    /** By uid, whether harmless. */
    private final Map<Long, Boolean> quarantined = new HashMap<>();
    /** What waits for the handshake. */
    private final Map<Frame.Stream, ArrayDeque<Waiting>> waiting = new EnumMap<>(Frame.Stream.class);

    private final Map<Frame.Stream, Long> greetedAtNanos = new EnumMap<>(Frame.Stream.class);
    private OptionalLong remoteUid = OptionalLong.empty();
    private int handshake;
    private boolean shakingHands;

    Association(SimulatedTransport transport, Address remote) {
        this.transport = transport;
        this.remote = remote;
        this.systemMessages = new SystemMessages(transport, this);
    }

    private boolean isQuarantined() {
        return remoteUid.isPresent() && quarantined.containsKey(remoteUid.getAsLong());
    }

    // ---- outbound

    void send(Object message, @Nullable ActorRef sender, RemoteActorRef recipient) {
        // Selections pass, so that an interaction with a new incarnation can begin.
        if (isQuarantined() && !(message instanceof ActorSelectionMessage)) {
            return;
        }
        if (message instanceof Unwatch && !transport.isTerminating()) {
            return; // As Artery: the watcher hears of the end of this member anyway.
        }
        if (message instanceof DeathWatchNotification notification
                && transport.isTerminating()
                && !notification.addressTerminated()) {
            return; // Likewise.
        }
        boolean system = message instanceof SystemMessage;
        transport
                .serialize(message, sender, recipient)
                .ifPresent(content -> enqueue(
                        streamOf(message, recipient),
                        new Waiting(content, system),
                        message instanceof DeathWatchNotification));
    }

    private static Frame.Stream streamOf(Object message, RemoteActorRef recipient) {
        boolean control = message instanceof SystemMessage
                || message instanceof DaemonMsgCreate
                || message instanceof ActorSelectionMessage selection && selection.msg() instanceof PriorityMessage
                || SimulatedTransport.isPriority(recipient.path());
        return control ? Frame.Stream.CONTROL : Frame.Stream.ORDINARY;
    }

    /** Answers of the transport itself, which pass a quarantine. */
    void sendControl(Frame.Content content) {
        enqueue(Frame.Stream.CONTROL, new Waiting(content, false), false);
    }

    private void enqueue(Frame.Stream stream, Waiting outbound, boolean afterOrdinary) {
        if (remoteUid.isPresent()) {
            transmit(stream, outbound, afterOrdinary);
            return;
        }
        var queue = waiting.computeIfAbsent(stream, any -> new ArrayDeque<>());
        int max = stream == Frame.Stream.CONTROL ? CONTROL_QUEUE_MAX : ORDINARY_QUEUE_MAX;
        if (queue.size() < max) {
            queue.add(outbound);
        }
        if (!shakingHands) {
            shakingHands = true;
            handshake++;
            shakeHands(handshake, nowNanos() + HANDSHAKE_TIMEOUT.toNanos());
        }
    }

    private void shakeHands(int number, long givesUpAtNanos) {
        if (!shakingHands || number != handshake) {
            return;
        }
        if (nowNanos() >= givesUpAtNanos) {
            shakingHands = false;
            waiting.clear();
            return;
        }
        greet(Frame.Stream.CONTROL);
        later(HANDSHAKE_RETRY, () -> shakeHands(number, givesUpAtNanos));
    }

    private void greet(Frame.Stream stream) {
        greetedAtNanos.put(stream, nowNanos());
        transport.transmit(remote, stream, new Frame.HandshakeReq(remote), Optional.empty());
    }

    private void transmit(Frame.Stream stream, Waiting outbound, boolean afterOrdinary) {
        // Once in a while, so that a restarted peer gets to know this system.
        var greeted = greetedAtNanos.get(stream);
        if (greeted == null || nowNanos() - greeted >= INJECT_HANDSHAKE.toNanos()) {
            greet(stream);
        }
        if (outbound.system() && outbound.content() instanceof Frame.Message message) {
            systemMessages.send(message, afterOrdinary);
        } else {
            transport.transmit(remote, stream, outbound.content(), Optional.empty());
        }
    }

    /** @param afterOrdinary not before ordinary messages sent earlier: Artery flushes them before it tells of an end */
    void transmit(Frame.SystemMessageEnvelope envelope, boolean afterOrdinary) {
        transport.transmit(
                remote,
                Frame.Stream.CONTROL,
                envelope,
                afterOrdinary ? Optional.of(Frame.Stream.ORDINARY) : Optional.empty());
    }

    // ---- inbound

    void receive(Frame frame) {
        long uid = frame.origin().uid();
        if (quarantined.containsKey(uid)) {
            refuse(frame);
            return;
        }
        var content = frame.content();
        if (content instanceof Frame.HandshakeReq request) {
            if (request.to().equals(transport.local().address())) {
                completeHandshake(uid);
                sendControl(new Frame.HandshakeRsp());
            }
        } else if (content instanceof Frame.HandshakeRsp) {
            completeHandshake(uid);
        } else if (!knownUids.contains(uid)) {
            return; // This system was restarted and the other does not know yet.
        } else if (content instanceof Frame.Message message) {
            transport.deliver(message);
        } else if (content instanceof Frame.SystemMessageEnvelope envelope) {
            systemMessages.receive(uid, envelope);
        } else if (content instanceof Frame.Ack ack) {
            systemMessages.acknowledged(uid, ack.number());
        } else if (content instanceof Frame.Nack nack) {
            systemMessages.acknowledged(uid, nack.number());
        } else if (content instanceof Frame.Quarantined notice && notice.to().equals(transport.local())) {
            transport.publish(new ThisActorSystemQuarantinedEvent(transport.local(), frame.origin()));
        }
    }

    private void refuse(Frame frame) {
        boolean harmless = Boolean.TRUE.equals(quarantined.get(frame.origin().uid()));
        boolean heartbeat = frame.content() instanceof Frame.Message message && message.heartbeat();
        if (!harmless && !heartbeat && !(frame.content() instanceof Frame.Quarantined)) {
            sendControl(new Frame.Quarantined(frame.origin()));
        }
    }

    private void completeHandshake(long uid) {
        shakingHands = false;
        if (remoteUid.isPresent() && remoteUid.getAsLong() == uid) {
            return;
        }
        if (remoteUid.isPresent()) {
            systemMessages.clear();
        }
        remoteUid = OptionalLong.of(uid);
        knownUids.add(uid);
        List<Map.Entry<Frame.Stream, Waiting>> flushed = new ArrayList<>();
        waiting.forEach((stream, queue) -> queue.forEach(outbound -> flushed.add(Map.entry(stream, outbound))));
        waiting.clear();
        flushed.forEach(entry -> transmit(entry.getKey(), entry.getValue(), false));
    }

    boolean isCurrent(long uid) {
        return remoteUid.isPresent() && remoteUid.getAsLong() == uid;
    }

    // ---- quarantine

    void quarantineCurrent(String reason) {
        remoteUid.ifPresent(uid -> quarantine(uid, reason, false));
    }

    /** Ignored for another incarnation than the present one, as with Artery. */
    void quarantine(long uid, String reason, boolean harmless) {
        if (!isCurrent(uid) || quarantined.containsKey(uid)) {
            return;
        }
        quarantined.put(uid, harmless);
        var peer = new UniqueAddress(remote, uid);
        transport.world().note(transport.host(), "quarantines " + remote.host().get() + ": " + reason);
        transport.publish(harmless ? new GracefulShutdownQuarantinedEvent(peer, reason) : new QuarantinedEvent(peer));
        systemMessages.clear();
        if (!harmless) {
            sendControl(new Frame.Quarantined(peer));
        }
    }

    // ---- time

    long nowNanos() {
        return VirtualTime.nanoTime();
    }

    void later(Duration delay, Runnable work) {
        transport.world().later(transport.world().nowNanos() + delay.toNanos(), transport.host(), work);
    }
}
