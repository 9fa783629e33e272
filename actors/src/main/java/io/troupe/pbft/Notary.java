package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.SingleRequest;
import io.troupe.wire.WireBytes;
import java.io.NotSerializableException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * Seals what its node says, and opens what others say. What does not open was forged, garbled, or is not for this node:
 * it has no effect (§5.2).
 */
final class Notary {

    private final String group;
    private final String self;
    private final Keys keys;
    private final SessionKeys sessionKeys;
    private final WireBytes bytes;
    private final ByteString nullBatch;
    private final Digest nullDigest;

    /** @param group for which it speaks and hears: what was said in another does not open in this one */
    Notary(String group, String self, Keys keys, WireBytes bytes) {
        this.group = group;
        this.self = self;
        this.keys = keys;
        this.sessionKeys = new SessionKeys(keys);
        this.bytes = bytes;
        this.nullBatch = bytes.write(Batch.NULL);
        this.nullDigest = Digest.of(nullBatch);
    }

    /** The null request as it travels, and what stands for it. */
    ByteString nullBatch() {
        return nullBatch;
    }

    Digest nullDigest() {
        return nullDigest;
    }

    SessionKeys sessionKeys() {
        return sessionKeys;
    }

    /**
     * Requests under the secrets that last, all else under those that change: a request is read again, in its batch, by a
     * replica that tells much later, and in another life, that it may have accepted it ({@link Vouching}).
     */
    Sealed seal(PbftMessage message, Collection<String> readers) {
        ByteString payload = bytes.write(message);
        ByteString content = content(self, payload);
        boolean lasts = message instanceof Request;
        Map<String, ByteString> macs = new TreeMap<>();
        readers.forEach(
                reader -> macs.put(reader, lasts ? keys.mac(reader, content) : sessionKeys.mac(reader, content)));
        return new Sealed(self, payload, macs);
    }

    /** A request that no replica can fail to read that another has read. */
    Sealed sealAndSign(Request request, Collection<String> readers) {
        Sealed letter = seal(request, readers);
        Map<String, ByteString> macs = new TreeMap<>(letter.macs());
        macs.put(Sealed.EVERYBODY, keys.sign(content(self, letter.payload())));
        return new Sealed(self, letter.payload(), macs);
    }

    Signed sign(PbftMessage message) {
        ByteString payload = bytes.write(message);
        return new Signed(self, payload, keys.sign(content(self, payload)));
    }

    /** The message, when it was said to this node by whom it says, and not so long ago. */
    Optional<PbftMessage> open(Sealed letter) {
        String from = letter.from();
        if (!keys.knows(from)) {
            return Optional.empty();
        }
        ByteString content = content(from, letter.payload());
        ByteString mac = letter.macs().getOrDefault(self, ByteString.emptyByteString());
        if (sessionKeys.isSealed(from, mac, content)) {
            return read(letter).filter(message -> !(message instanceof Request));
        }
        Optional<PbftMessage> request =
                isRequestOfItsClient(letter) ? read(letter).filter(Request.class::isInstance) : Optional.empty();
        if (request.isPresent()) {
            return request;
        }
        return sessionKeys.wasSealed(from, mac, content) ? read(letter) : Optional.empty();
    }

    /** Whether, when it is a request, this node can tell from the letter alone that it is from whom it says. */
    boolean isRequestOfItsClient(Sealed letter) {
        ByteString mac = letter.macs().get(self);
        boolean isForMe = mac != null
                && keys.knows(letter.from())
                && isEqual(mac, keys.mac(letter.from(), content(letter.from(), letter.payload())));
        return isForMe || isSigned(letter);
    }

    /** Whether, when it is a request, everybody can tell from the letter alone that it is from whom it says. */
    boolean isSigned(Sealed letter) {
        ByteString signature = letter.macs().get(Sealed.EVERYBODY);
        return signature != null && keys.isSigned(letter.from(), content(letter.from(), letter.payload()), signature);
    }

    Optional<PbftMessage> open(Signed signed) {
        return keys.isSigned(signed.from(), content(signed.from(), signed.payload()), signed.signature())
                ? read(signed.payload())
                : Optional.empty();
    }

    ByteString write(Batch batch) {
        return bytes.write(batch);
    }

    /** Empty for what is no batch: a primary may send anything. */
    Optional<Batch> readBatch(ByteString batch) {
        try {
            return Optional.of(bytes.read(batch, Batch.class));
        } catch (NotSerializableException e) {
            return Optional.empty();
        }
    }

    /** What was said, whoever it was. */
    Optional<PbftMessage> read(Sealed letter) {
        return read(letter.payload());
    }

    /** What was said, whoever it was. */
    Optional<PbftMessage> read(Signed signed) {
        return read(signed.payload());
    }

    /** A batch that is decided: others have seen to it that its requests are from whom they say. */
    Proposal readDecided(ByteString batch) {
        Batch read = readBatch(batch).orElse(Batch.NULL);
        List<Request> requests = new ArrayList<>();
        read.requests().forEach(letter -> read(letter)
                .filter(Request.class::isInstance)
                .map(Request.class::cast)
                .ifPresent(requests::add));
        return Proposal.of(batch, requests, read.value());
    }

    ByteString write(Results results) {
        return bytes.write(results);
    }

    private Optional<PbftMessage> read(ByteString payload) {
        try {
            PbftMessage message = bytes.read(payload, PbftMessage.class);
            return Optional.of(
                    message instanceof SingleRequest old ? new Request(old.id(), List.of(old.operation())) : message);
        } catch (NotSerializableException e) {
            return Optional.empty();
        }
    }

    /** In a time that does not tell how much of a forged code was right. */
    static boolean isEqual(ByteString mac, ByteString right) {
        return MessageDigest.isEqual(mac.toArrayUnsafe(), right.toArrayUnsafe());
    }

    /**
     * What is proved: a digest, so that a long message is gone through once and not for each of its readers. Who speaks is
     * part of it, so that nobody's words can be turned round, and in which group: a node's keys are the same in all of its
     * groups, and what is true in one, such as that nothing has prepared, is a lie in another.
     */
    private ByteString content(String from, ByteString payload) {
        return Digest.bytesOf(group.length() + " " + group + from + "\n", payload);
    }
}
