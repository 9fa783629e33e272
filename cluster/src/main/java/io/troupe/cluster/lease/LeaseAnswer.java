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

    /** The asker does not hold the lease. {@code detail} says who does, or why nobody can. */
    record NotHeld(String detail) implements LeaseAnswer {}

    default ByteString toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            if (this instanceof Held held) {
                out.writeBoolean(true);
                out.writeLong(held.epoch());
            } else if (this instanceof NotHeld not) {
                out.writeBoolean(false);
                out.writeUTF(not.detail());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    static LeaseAnswer of(ByteString bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        return in.readBoolean() ? new Held(in.readLong()) : new NotHeld(in.readUTF());
    }
}
