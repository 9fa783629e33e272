package io.troupe.replication.scheduling;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What clients ask of a {@link Mutex}, which takes them at their word for who they are. */
public sealed interface MutexRequest {

    /** Longer names are no requests: the state has a bound. */
    int NAME_MAX = 256;

    /** Who asks. One that may have forgotten what it was told, as after a crash, is another client and has another name. */
    String client();

    /** Asks to have it, or, again, whether it does by now. */
    record Acquire(String client) implements MutexRequest {
        public Acquire {
            check(client);
        }
    }

    /** @param grant as it was told: an old one releases nothing */
    record Release(String client, long grant) implements MutexRequest {
        public Release {
            check(client);
        }
    }

    private static void check(String client) {
        if (client.isEmpty() || client.length() > NAME_MAX) {
            throw new IllegalArgumentException(
                    "A client's name has " + client.length() + " characters; it must have 1 to " + NAME_MAX);
        }
    }

    /** What goes into {@link SchedulingMachine#command}. */
    default ByteString encode() {
        try {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            out.writeUTF(client());
            if (this instanceof Release release) {
                out.writeLong(release.grant());
            }
            return ByteString.fromArrayUnsafe(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory always takes more", e);
        }
    }

    /** Empty when it is none: anybody may propose anything. */
    static Optional<MutexRequest> decode(ByteString bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        try {
            String client = in.readUTF();
            return Optional.of(in.available() == 0 ? new Acquire(client) : new Release(client, in.readLong()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
