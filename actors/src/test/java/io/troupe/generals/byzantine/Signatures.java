package io.troupe.generals.byzantine;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * Real Ed25519 keys of ten generals. The same signature is made and verified once, and looked up after that: Ed25519 is
 * deterministic, and thousands of battles are fought over the same few words.
 */
final class Signatures {

    private final Map<String, KeyPair> keys = new TreeMap<>();
    private final Map<List<Object>, ByteString> made = new HashMap<>();
    private final Map<List<Object>, Boolean> verified = new HashMap<>();
    private final Verifier verifier;

    Signatures() {
        Battle.names(10).forEach(name -> keys.put(name, Ed25519.keys()));
        Map<String, java.security.PublicKey> known = new TreeMap<>();
        keys.forEach((name, pair) -> known.put(name, pair.getPublic()));
        var real = Ed25519.verifier(known);
        verifier = (general, content, signature) -> verified.computeIfAbsent(
                List.of(general, content, signature), any -> real.isSigned(general, content, signature));
    }

    Signer signer(String general) {
        var real = Ed25519.signer(keys.get(general).getPrivate());
        return content -> made.computeIfAbsent(new ArrayList<>(List.of(general, content)), any -> real.sign(content));
    }

    Verifier verifier() {
        return verifier;
    }

    Map<String, Signer> of(Iterable<String> generals) {
        Map<String, Signer> signers = new TreeMap<>();
        generals.forEach(general -> signers.put(general, signer(general)));
        return signers;
    }
}
