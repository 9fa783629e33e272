package io.troupe.generals.byzantine;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** Signatures by EdDSA over Curve25519 (RFC 8032), as the JDK has them. */
public final class Ed25519 {

    private static final String ALGORITHM = "Ed25519";

    private Ed25519() {}

    public static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no " + ALGORITHM + "; a JDK from 15 on has it", e);
        }
    }

    public static Signer signer(PrivateKey key) {
        return content -> {
            try {
                var signature = Signature.getInstance(ALGORITHM);
                signature.initSign(key);
                signature.update(content.toArray());
                return ByteString.fromArray(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("cannot sign with " + key.getAlgorithm() + "; needs " + ALGORITHM, e);
            }
        };
    }

    public static Verifier verifier(Map<String, PublicKey> keys) {
        return (general, content, signed) -> {
            PublicKey key = keys.get(general);
            return key != null && verify(key, content, signed);
        };
    }

    private static boolean verify(PublicKey key, ByteString content, ByteString signed) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(content.toArray());
            return signature.verify(signed.toArray());
        } catch (SignatureException e) {
            return false; // Not even of the right form: as good as none.
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot verify with " + key.getAlgorithm() + "; needs " + ALGORITHM, e);
        }
    }
}
