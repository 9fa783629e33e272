package io.troupe.replication.mastership;

import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/**
 * One mastership (Live §5.3).
 *
 * @param number higher than those of all before; from 1, and 0 for {@link #NONE}
 * @param master stable node id
 */
public record Epoch(long number, String master) {

    /** Before anybody was master. */
    public static final Epoch NONE = new Epoch(0, "");

    ByteString encode() {
        var bytes = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        return ByteString.fromArrayUnsafe(bytes).concat(ByteString.fromString(master));
    }

    /** @throws IllegalArgumentException when it is none */
    static Epoch decode(ByteString bytes) {
        if (bytes.length() < Long.BYTES) {
            throw new IllegalArgumentException("An epoch of " + bytes.length() + " bytes is too short");
        }
        return new Epoch(bytes.asByteBuffer().getLong(), bytes.drop(Long.BYTES).utf8String());
    }
}
