package io.troupe.cluster.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** What a {@link LeaseCommand} came to. */
sealed interface LeaseAnswer {

    /** The asker holds the lease, or has renewed it. */
    record Held(long epoch) implements LeaseAnswer {}

    /**
     * The asker does not hold the lease.
     *
     * @param detail who does, or why nobody can
     * @param renewedAt place in the log of the last renewal by who does; 0 when nobody does, or that is not said
     */
    record NotHeld(String detail, long renewedAt) implements LeaseAnswer {
        NotHeld(String detail) {
            this(detail, 0);
        }
    }

    default ByteString toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            if (this instanceof Held held) {
                out.writeBoolean(true);
                out.writeLong(held.epoch());
            } else if (this instanceof NotHeld not) {
                out.writeBoolean(false);
                out.writeUTF(not.detail());
                out.writeLong(not.renewedAt());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    static LeaseAnswer of(ByteString bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        if (in.readBoolean()) {
            return new Held(in.readLong());
        }
        String detail = in.readUTF();
        return new NotHeld(detail, in.available() >= Long.BYTES ? in.readLong() : 0); // Earlier versions do not say it.
    }
}
