package io.troupe.pbft;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/**
 * Stands for cryptography where thousands of runs would wait for it: codes and signatures that nobody forges, because
 * nobody here computes them in another's name. {@link KeyRing} is the real one.
 */
public final class DealtKeys implements Keys {

    private final String self;
    private final List<String> nodes;
    private long chosen;

    public DealtKeys(String self, List<String> nodes) {
        this.self = self;
        this.nodes = nodes;
    }

    @Override
    public ByteString mac(String peer, ByteString content) {
        String pair = self.compareTo(peer) < 0 ? self + "+" + peer : peer + "+" + self;
        return checksum("mac " + pair, content);
    }

    /** The next number, the same in every run. */
    @Override
    public Fresh fresh() {
        ByteString announced = ByteString.fromString(Long.toString(++chosen));
        return new Fresh() {
            @Override
            public ByteString announced() {
                return announced;
            }

            @Override
            public Code from(String peer) {
                return code(peer, self, announced);
            }
        };
    }

    @Override
    public Optional<Code> codeFor(String peer, ByteString announced) {
        return Optional.of(code(self, peer, announced));
    }

    private static Code code(String from, String to, ByteString announced) {
        return content -> checksum("mac " + from + " to " + to + " under " + announced.utf8String(), content);
    }

    @Override
    public ByteString sign(ByteString content) {
        return checksum("signed " + self, content);
    }

    @Override
    public boolean isSigned(String signer, ByteString content, ByteString signature) {
        return knows(signer) && checksum("signed " + signer, content).equals(signature);
    }

    @Override
    public boolean knows(String node) {
        return nodes.contains(node);
    }

    private static ByteString checksum(String secret, ByteString content) {
        CRC32C crc = new CRC32C();
        crc.update(ByteString.fromString(secret).toArrayUnsafe());
        crc.update(content.toArrayUnsafe());
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
    }
}
