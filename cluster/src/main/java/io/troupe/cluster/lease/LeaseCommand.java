package io.troupe.cluster.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/**
 * What changes the leases, as it stands in the group's log: version (1), tag (1), name, and what the record has, in its
 * order. Tags are never reused.
 */
sealed interface LeaseCommand {

    byte VERSION = 1;

    String name();

    void writeTo(DataOutputStream out) throws IOException;

    /**
     * Takes the lease when it is free, or held under the same owner's name.
     *
     * @param owner as Pekko names it; one at a time uses that name
     * @param acquisition chosen at random, for each time that an owner sets out to acquire the lease
     * @param ttlMillis how long it lasts without a renewal
     */
    record Acquire(String name, String owner, long acquisition, long ttlMillis) implements LeaseCommand {
        static final byte TAG = 1;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            out.writeUTF(name);
            out.writeUTF(owner);
            out.writeLong(acquisition);
            out.writeLong(ttlMillis);
        }
    }

    /** Whoever holds it by that acquisition is alive. */
    record Renew(String name, long acquisition) implements LeaseCommand {
        static final byte TAG = 2;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            out.writeUTF(name);
            out.writeLong(acquisition);
        }
    }

    /** Frees the lease, if it is still held by that acquisition. */
    record Release(String name, long acquisition) implements LeaseCommand {
        static final byte TAG = 3;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            out.writeUTF(name);
            out.writeLong(acquisition);
        }
    }

    /** Frees the lease, if it was not renewed after the entry at {@code renewedAt}. */
    record Expire(String name, long epoch, long renewedAt) implements LeaseCommand {
        static final byte TAG = 4;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            out.writeUTF(name);
            out.writeLong(epoch);
            out.writeLong(renewedAt);
        }
    }

    default ByteString toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("the name of a lease and its owner's take at most 65535 bytes each", e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    /** @throws IOException when these are not the bytes of a command that this version knows */
    static LeaseCommand of(ByteString bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IOException("format " + version + " is not known, this version reads " + VERSION);
        }
        byte tag = in.readByte();
        String name = in.readUTF();
        return switch (tag) {
            case Acquire.TAG -> new Acquire(name, in.readUTF(), in.readLong(), in.readLong());
            case Renew.TAG -> new Renew(name, in.readLong());
            case Release.TAG -> new Release(name, in.readLong());
            case Expire.TAG -> new Expire(name, in.readLong(), in.readLong());
            default -> throw new IOException("command " + tag + " is of a newer version");
        };
    }
}
