package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/**
 * v:0:j1:…:jk (§4): an order, the commander's signature, and those of the lieutenants who handed it on. Each signs the
 * order and all signatures before its own.
 */
public record SignedMessage(Order order, List<Seal> seals) implements Message {

    /** One signature, and whose it is. */
    public record Seal(String general, ByteString signature) {
        @Override
        public String toString() {
            return general;
        }
    }

    public SignedMessage {
        seals = List.copyOf(seals);
    }

    /** "Let x:i denote the value x signed by General i." */
    public SignedMessage sealed(String general, Signer signer) {
        List<Seal> more = new ArrayList<>(seals);
        more.add(new Seal(general, signer.sign(content(seals.size(), general))));
        return new SignedMessage(order, more);
    }

    boolean isAuthentic(Verifier verifier) {
        for (int i = 0; i < seals.size(); i++) {
            var seal = seals.get(i);
            if (!verifier.isSigned(seal.general(), content(i, seal.general()), seal.signature())) {
                return false;
            }
        }
        return true;
    }

    List<String> signers() {
        return seals.stream().map(Seal::general).toList();
    }

    /** What {@code general} signs as number {@code index}; lengths before texts, so that no two contents read the same. */
    private ByteString content(int index, String general) {
        var bytes = new ByteStringBuilder();
        put(bytes, ByteString.fromString(order.name()));
        for (var seal : seals.subList(0, index)) {
            put(bytes, ByteString.fromString(seal.general()));
            put(bytes, seal.signature());
        }
        put(bytes, ByteString.fromString(general));
        return bytes.result();
    }

    private static void put(ByteStringBuilder bytes, ByteString part) {
        int length = part.length();
        bytes.addOne((byte) (length >> 8));
        bytes.addOne((byte) length);
        bytes.append(part);
    }
}
