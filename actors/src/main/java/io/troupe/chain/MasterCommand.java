package io.troupe.chain;

import io.troupe.replication.Replica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What the servers ask of the master. Each is meant for one epoch, and comes to nothing in another: so it may come twice, or
 * late, or from two servers at once. Its bytes are in the log of the master's group, and are read for ever.
 *
 * @param server stable node id
 * @param founders the chain of the founding epoch, in commands that are meant for it: a master whose log begins with one has no
 *     other way to know them. Empty in others
 */
record MasterCommand(Kind kind, long epoch, String server, List<String> founders) {

    enum Kind {
        /** The server has failed, or leaves (§3). */
        REMOVE(1),
        /** The server, which is not in the chain, is to receive what the chain has (§3). */
        JOIN(2),
        /** The server that was joining has it, and becomes the tail (§3). */
        EXTEND(3),
        /** The server has crashed and come back, perhaps with less than it had in the epoch: another begins. */
        RENEW(4),
        /** The server, which is in the chain, is to be its head. */
        LEAD(5),
        /** Nothing changes, but the log says who the founders are: before it says who the members are. */
        FOUND(6);

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
            throw new IllegalArgumentException("Master command of kind " + number + " is not known; kinds are 1 to 6");
        }
    }

    MasterCommand {
        founders = List.copyOf(founders);
    }

    MasterCommand(Kind kind, long epoch, String server) {
        this(kind, epoch, server, List.of());
    }

    /** Meant for the epoch that the sender knows. */
    static MasterCommand in(Configuration now, Kind kind, String server) {
        return new MasterCommand(kind, now.epoch(), server, now.isFounding() ? now.chain() : List.of());
    }

    ByteString toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(kind.number);
            out.writeLong(epoch);
            out.writeUTF(server);
            if (!founders.isEmpty()) {
                out.writeInt(founders.size());
                for (String founder : founders) {
                    out.writeUTF(founder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail.
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    /** @throws IllegalArgumentException when these are not a command's bytes */
    static MasterCommand of(ByteString bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()))) {
            Kind kind = Kind.of(in.readByte());
            long epoch = in.readLong();
            String server = in.readUTF();
            List<String> founders = new ArrayList<>();
            for (int left = in.available() > 0 ? in.readInt() : 0; left > 0; left--) {
                founders.add(in.readUTF());
            }
            return new MasterCommand(kind, epoch, server, founders);
        } catch (IOException e) {
            throw new IllegalArgumentException("A master command of " + bytes.length() + " bytes ends too early", e);
        }
    }

    /** For the master's group, outside any session: it comes to nothing when it comes twice. */
    Replica.Propose proposal(ActorRef<Replica.Reply> replyTo) {
        return proposal(toBytes(), replyTo);
    }

    /** Of bytes that another server sent: whether they are a command's, the master sees. */
    static Replica.Propose proposal(ByteString bytes, ActorRef<Replica.Reply> replyTo) {
        return new Replica.Propose(Replica.NO_SESSION, 0, 0, bytes, replyTo);
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
            case FOUND -> now;
        };
    }
}
