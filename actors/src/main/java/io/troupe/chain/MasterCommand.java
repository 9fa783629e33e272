package io.troupe.chain;

import io.troupe.replication.Replica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What the servers ask of the master. Each is meant for one epoch, and comes to nothing in another: so it may come twice, or
 * late, or from two servers at once. Its bytes are in the log of the master's group, and are read for ever.
 *
 * @param server stable node id
 */
record MasterCommand(Kind kind, long epoch, String server) {

    enum Kind {
        /** The server has failed, or leaves (§3.2). */
        REMOVE(1),
        /** The server, which is not in the chain, is to receive what the chain has (§3.3). */
        JOIN(2),
        /** The server that was joining has it, and becomes the tail (§3.3). */
        EXTEND(3),
        /** The server has crashed and come back, perhaps with less than it had in the epoch: another begins. */
        RENEW(4),
        /** The server, which is in the chain, is to be its head. */
        LEAD(5);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("Master command of kind " + number + " is not known; kinds are 1 to 5");
        }
    }

    ByteString toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(kind.number);
            out.writeLong(epoch);
            out.writeUTF(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail.
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    /** @throws IllegalArgumentException when these are not a command's bytes */
    static MasterCommand of(ByteString bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()))) {
            return new MasterCommand(Kind.of(in.readByte()), in.readLong(), in.readUTF());
        } catch (IOException e) {
            throw new IllegalArgumentException("A master command of " + bytes.length() + " bytes ends too early", e);
        }
    }

    /** For the master's group. When nothing comes of it, it is asked again: its answer is not waited for. */
    Replica.Propose proposal(ActorRef<Replica.Reply> ignored) {
        return new Replica.Propose(Replica.NO_SESSION, 0, 0, toBytes(), ignored);
    }

    Configuration applyTo(Configuration now) {
        if (epoch != now.epoch()) {
            return now;
        }
        return switch (kind) {
            case REMOVE -> now.without(server);
            case JOIN -> now.withJoining(server);
            case EXTEND -> now.extendedBy(server);
            case RENEW -> now.renewedFor(server);
            case LEAD -> now.ledBy(server);
        };
    }
}
