package io.troupe.pbft;

import com.typesafe.config.Config;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.pekko.util.ByteString;

/**
 * Ed25519 for signatures; for message authentication codes HMAC-SHA-256, 128 bits of it, under the secret that each pair
 * of nodes agrees on by X25519: by the keys of both that last, or by one that the reader has announced and the
 * writer's that lasts. A node needs its two private keys and the public keys of all.
 */
public final class KeyRing implements Keys {

    private static final int MAC_BYTES = 16;

    /** A node's keys: those that it keeps to itself, and those that everybody may know. */
    public record Pair(KeyPair signing, KeyPair agreement) {

        public static Pair generate() {
            return new Pair(generate("Ed25519"), generateAgreement());
        }

        private static KeyPair generateAgreement() {
            return generate("X25519");
        }

        private static KeyPair generate(String algorithm) {
            try {
                return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every JDK since 15 has Ed25519 and X25519", e);
            }
        }
    }

    public record Public(PublicKey signing, PublicKey agreement) {}

    private final PrivateKey signing;
    private final PrivateKey agreement;
    private final Map<String, PublicKey> verifying = new TreeMap<>();
    private final Map<String, PublicKey> agreements = new TreeMap<>();
    /** Set up with the secret shared with each node, and never used: a clone of one is cheaper than another set-up. */
    private final Map<String, Mac> codes = new TreeMap<>();

    /** @param everybody public keys by stable node id, those of this node, too */
    public KeyRing(PrivateKey signing, PrivateKey agreement, Map<String, Public> everybody) {
        this.signing = signing;
        this.agreement = agreement;
        everybody.forEach((node, keys) -> {
            verifying.put(node, keys.signing());
            agreements.put(node, keys.agreement());
            codes.put(node, code(agree(agreement, keys.agreement(), node)));
        });
    }

    /**
     * Reads {@code private.signing}, {@code private.agreement} and, for each node, {@code public.NODE.signing} and
     * {@code public.NODE.agreement}: Base64 of PKCS#8 and of X.509, as {@link #describe} writes them.
     *
     * @throws IllegalArgumentException when one is no such key; it says which
     */
    public static KeyRing from(Config config) {
        Map<String, Public> everybody = new TreeMap<>();
        for (String node : config.getObject("public").keySet()) {
            Config keys = config.getConfig("public").getConfig("\"" + node + "\"");
            everybody.put(
                    node,
                    new Public(
                            publicKey("Ed25519", keys, "signing", node), publicKey("X25519", keys, "agreement", node)));
        }
        return new KeyRing(
                privateKey("Ed25519", config, "private.signing"),
                privateKey("X25519", config, "private.agreement"),
                everybody);
    }

    /** HOCON of one node's keys, for {@link #from}. */
    public static String describe(String node, Map<String, Pair> all) {
        Pair own = all.get(node);
        if (own == null) {
            throw new IllegalArgumentException("There are no keys of " + node + "; there are those of " + all.keySet());
        }
        StringBuilder text = new StringBuilder();
        text.append("private { signing = \"")
                .append(base64(own.signing().getPrivate().getEncoded()));
        text.append("\", agreement = \"")
                .append(base64(own.agreement().getPrivate().getEncoded()));
        text.append("\" }\npublic {\n");
        all.forEach((name, pair) -> text.append("  \"")
                .append(name)
                .append("\" { signing = \"")
                .append(base64(pair.signing().getPublic().getEncoded()))
                .append("\", agreement = \"")
                .append(base64(pair.agreement().getPublic().getEncoded()))
                .append("\" }\n"));
        return text.append("}\n").toString();
    }

    /** Fresh keys for all of these nodes. */
    public static Map<String, Pair> generate(List<String> nodes) {
        Map<String, Pair> all = new TreeMap<>();
        nodes.forEach(node -> all.put(node, Pair.generate()));
        return all;
    }

    private static Mac code(SecretKeySpec secret) {
        try {
            Mac code = Mac.getInstance("HmacSHA256");
            code.init(secret);
            return code;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    @Override
    public ByteString mac(String peer, ByteString content) {
        return compute(known(codes, peer), content);
    }

    private static <K> K known(Map<String, K> keys, String node) {
        K key = keys.get(node);
        if (key == null) {
            throw new IllegalArgumentException("There is no key for " + node + "; there are keys for " + keys.keySet());
        }
        return key;
    }

    private static ByteString compute(Mac code, ByteString content) {
        try {
            Mac mac = (Mac) code.clone();
            return ByteString.fromArray(mac.doFinal(content.toArrayUnsafe()), 0, MAC_BYTES);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's HmacSHA256 can be cloned", e);
        }
    }

    @Override
    public Fresh fresh() {
        KeyPair pair = Pair.generateAgreement();
        return new Fresh() {
            @Override
            public ByteString announced() {
                return ByteString.fromArrayUnsafe(pair.getPublic().getEncoded());
            }

            @Override
            public Code from(String peer) {
                Mac code = code(agree(pair.getPrivate(), known(agreements, peer), peer));
                return content -> compute(code, content);
            }
        };
    }

    @Override
    public Optional<Code> codeFor(String peer, ByteString announced) {
        try {
            PublicKey key =
                    KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(announced.toArray()));
            Mac code = code(agree(agreement, key, peer));
            return Optional.of(content -> compute(code, content));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty(); // Its owner is faulty, for it was signed.
        }
    }

    @Override
    public ByteString sign(ByteString content) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(signing);
            signature.update(content.toArrayUnsafe());
            return ByteString.fromArrayUnsafe(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A key that was checked when it was read does not sign", e);
        }
    }

    @Override
    public boolean isSigned(String signer, ByteString content, ByteString signature) {
        PublicKey key = verifying.get(signer);
        if (key == null) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(content.toArrayUnsafe());
            return verifier.verify(signature.toArrayUnsafe());
        } catch (GeneralSecurityException e) {
            return false; // What is no signature at all.
        }
    }

    @Override
    public boolean knows(String node) {
        return verifying.containsKey(node);
    }

    private static SecretKeySpec agree(PrivateKey own, PublicKey peer, String node) {
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(own);
            agreement.doPhase(peer, true);
            byte[] secret = MessageDigest.getInstance("SHA-256").digest(agreement.generateSecret());
            return new SecretKeySpec(secret, "HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("The agreement key of " + node + " is no X25519 key", e);
        }
    }

    private static PublicKey publicKey(String algorithm, Config keys, String which, String node) {
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(keys.getString(which))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "public." + node + "." + which + " is no " + algorithm
                            + " key; right would be the Base64 of its X.509 form",
                    e);
        }
    }

    private static PrivateKey privateKey(String algorithm, Config config, String path) {
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(config.getString(path))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + " is no " + algorithm + " key; right would be the Base64 of its PKCS#8 form", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
