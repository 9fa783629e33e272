package io.troupe.sim.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Delivers system messages (watch, termination, remote deployment) exactly once and in order, over a network that loses
 * (Artery's {@code SystemMessageDelivery} and {@code SystemMessageAcker}): numbered, acknowledged, sent again every
 * second. When that does not help for long enough the other side is quarantined.
 */
final class SystemMessages {

    private static final Duration RESEND = Duration.ofSeconds(1);
    private static final Duration GIVE_UP = Duration.ofHours(6);
    private static final int UNACKNOWLEDGED_MAX = 20_000;

    private final SimulatedTransport transport;
    private final Association association;
    private final ArrayDeque<Frame.SystemMessageEnvelope> unacknowledged = new ArrayDeque<>();
    /** The number expected next, by uid of the sender. */
    private final Map<Long, Long> expected = new HashMap<>();

    private long lastNumber;
    private long acknowledgedAtNanos;
    private boolean ticking;

    SystemMessages(SimulatedTransport transport, Association association) {
        this.transport = transport;
        this.association = association;
    }

    void send(Frame.Message message, boolean afterOrdinary) {
        if (unacknowledged.size() >= UNACKNOWLEDGED_MAX) {
            association.quarantineCurrent("more than " + UNACKNOWLEDGED_MAX + " system messages unacknowledged");
            return;
        }
        if (unacknowledged.isEmpty()) {
            acknowledgedAtNanos = association.nowNanos();
        }
        var envelope = new Frame.SystemMessageEnvelope(++lastNumber, message);
        unacknowledged.add(envelope);
        association.transmit(envelope, afterOrdinary);
        if (!ticking) {
            ticking = true;
            association.later(RESEND, this::onTick);
        }
    }

    private void onTick() {
        ticking = false;
        if (unacknowledged.isEmpty() || transport.isTerminated()) {
            return;
        }
        if (association.nowNanos() - acknowledgedAtNanos > GIVE_UP.toNanos()) {
            association.quarantineCurrent("gave up sending system messages");
            return;
        }
        List.copyOf(unacknowledged).forEach(envelope -> association.transmit(envelope, false));
        ticking = true;
        association.later(RESEND, this::onTick);
    }

    void acknowledged(long uid, long number) {
        if (association.isCurrent(uid) && number <= lastNumber) {
            acknowledgedAtNanos = association.nowNanos();
            while (!unacknowledged.isEmpty() && unacknowledged.element().number() <= number) {
                unacknowledged.remove();
            }
        }
    }

    void receive(long uid, Frame.SystemMessageEnvelope envelope) {
        long next = expected.getOrDefault(uid, 1L);
        if (envelope.number() == next) {
            association.sendControl(new Frame.Ack(next));
            expected.put(uid, next + 1);
            transport.deliver(envelope.message());
        } else if (envelope.number() < next) {
            association.sendControl(new Frame.Ack(next - 1));
        } else {
            association.sendControl(new Frame.Nack(next - 1));
        }
    }

    /** Forgets what was not acknowledged: the incarnation it was for is no longer spoken to. */
    void clear() {
        unacknowledged.clear();
        lastNumber = 0;
    }
}
