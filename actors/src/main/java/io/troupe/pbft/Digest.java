package io.troupe.pbft;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.pekko.util.ByteString;

/** D(m), SHA-256 in hexadecimal: what stands for a batch, a page, or a state. */
record Digest(String hex) implements Comparable<Digest> {

    private static final int SHORT = 8;
    private static final MessageDigest SHA256 = unused();

    static Digest of(ByteString content) {
        return of(content.toArrayUnsafe());
    }

    static Digest of(byte[] content) {
        return of(content, content.length);
    }

    static Digest of(byte[] content, int length) {
        MessageDigest sha256 = sha256();
        sha256.update(content, 0, length);
        return new Digest(HexFormat.of().formatHex(sha256.digest()));
    }

    /** The digest itself, of a text and what follows it, not in hexadecimal. */
    static ByteString bytesOf(String first, ByteString rest) {
        MessageDigest sha256 = sha256();
        sha256.update(first.getBytes(StandardCharsets.UTF_8));
        sha256.update(rest.toArrayUnsafe());
        return ByteString.fromArrayUnsafe(sha256.digest());
    }

    /** A clone, for a provider is sought at every {@code getInstance}, and several digests are taken a message. */
    private static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's SHA-256 can be cloned", e);
        }
    }

    private static MessageDigest unused() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex.length() > SHORT ? hex.substring(0, SHORT) : hex;
    }
}
