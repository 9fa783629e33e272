package io.troupe.replication.scheduling;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** What a {@link Mutex} answers. */
public sealed interface MutexAnswer {

    /**
     * The client has it. It is revoked not before the bound has passed, by some node's clock, since it was granted; and that
     * was after the client sent the last request that was answered {@link Waiting}, or else its first.
     *
     * @param grant higher than those of all before: what is used under the lock can refuse what comes with a lower one
     */
    record Held(String client, long grant) implements MutexAnswer {}

    /** @param ahead how many have it before this client, who has it now included */
    record Waiting(int ahead) implements MutexAnswer {}

    /** The client had it, and has no more. */
    record Released() implements MutexAnswer {}

    /** Nothing was changed. */
    record Refused(Reason reason) implements MutexAnswer {}

    enum Reason {
        /** The client has not got it by that grant: it was revoked, or never granted. */
        NOT_HELD,
        /** {@link Mutex#WAITING_MAX} wait already. */
        TOO_MANY_WAIT,
        /** It is no request. */
        UNKNOWN
    }

    default ByteString encode() {
        try {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            if (this instanceof Held held) {
                out.writeByte('h');
                out.writeUTF(held.client());
                out.writeLong(held.grant());
            } else if (this instanceof Waiting waiting) {
                out.writeByte('w');
                out.writeInt(waiting.ahead());
            } else if (this instanceof Refused refused) {
                out.writeByte('n');
                out.writeUTF(refused.reason().name());
            } else {
                out.writeByte('r');
            }
            return ByteString.fromArrayUnsafe(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory always takes more", e);
        }
    }

    /** @throws IllegalArgumentException when it is no answer */
    static MutexAnswer decode(ByteString bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        try {
            byte kind = in.readByte();
            return switch (kind) {
                case 'h' -> new Held(in.readUTF(), in.readLong());
                case 'w' -> new Waiting(in.readInt());
                case 'n' -> new Refused(Reason.valueOf(in.readUTF()));
                case 'r' -> new Released();
                default -> throw new IllegalArgumentException("An answer is of kind " + kind + ", which is none");
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("An answer of " + bytes.length() + " bytes is too short", e);
        }
    }
}
