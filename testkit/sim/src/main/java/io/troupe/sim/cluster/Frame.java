package io.troupe.sim.cluster;

import org.apache.pekko.actor.Address;
import org.apache.pekko.remote.UniqueAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one actor system sends another.
 *
 * @param origin the sending system with its uid
 */
record Frame(UniqueAddress origin, Stream stream, Content content) {

    /** As Artery has them: what keeps the cluster alive does not queue behind ordinary messages. */
    enum Stream {
        CONTROL,
        ORDINARY
    }

    sealed interface Content
            permits HandshakeReq, HandshakeRsp, Quarantined, Ack, Nack, Message, SystemMessageEnvelope {}

    record HandshakeReq(Address to) implements Content {}

    record HandshakeRsp() implements Content {}

    /** "I have quarantined you." */
    record Quarantined(UniqueAddress to) implements Content {}

    /** Every system message up to this number has arrived. */
    record Ack(long number) implements Content {}

    /** System messages after this number are missing. */
    record Nack(long number) implements Content {}

    /**
     * @param recipient path
     * @param sender path, or null for none
     * @param type of the message, for the trace
     * @param heartbeat whether it is one of a failure detector
     */
    record Message(
            byte[] bytes,
            int serializer,
            String manifest,
            String recipient,
            @Nullable String sender,
            Class<?> type,
            boolean heartbeat)
            implements Content {}

    record SystemMessageEnvelope(long number, Message message) implements Content {}
}
