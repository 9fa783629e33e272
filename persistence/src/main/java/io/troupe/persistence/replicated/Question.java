package io.troupe.persistence.replicated;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What is read of the state of the group. Never stored, so that versions may change it. */
sealed interface Question {

    ByteString bytes();

    /**
     * A page of the events from {@code from} to {@code to}: atomic writes, whole, until they have {@code bytesMax} bytes
     * together, and one at least.
     */
    record Events(String persistenceId, long from, long to, int bytesMax) implements Question {
        static final byte TAG = 1;

        @Override
        public ByteString bytes() {
            return Wired.bytes(out -> {
                out.writeByte(TAG);
                Wired.writeString(persistenceId, out);
                out.writeLong(from);
                out.writeLong(to);
                out.writeInt(bytesMax);
            });
        }
    }

    /**
     * @param writes payloads in the order of their sequence numbers
     * @param from the lowest sequence number that was not deleted: what is below it in the first payload is to be left out
     * @param next where the next page begins
     * @param isLast whether there were no more
     * @param epoch of the events' writer
     */
    record Page(List<byte[]> writes, long from, long next, boolean isLast, long epoch) {
        ByteString bytes() {
            return Wired.bytes(out -> {
                out.writeInt(writes.size());
                for (byte[] write : writes) {
                    Wired.writeBytes(write, out);
                }
                out.writeLong(from);
                out.writeLong(next);
                out.writeBoolean(isLast);
                out.writeLong(epoch);
            });
        }

        /**
         * Whether it has what a recovery needs. What its actor has deleted itself it does not; what others have that recovered
         * after it is in no snapshot that it has loaded.
         *
         * @param asked from where on
         * @param undisturbedEpoch the epoch there is if nobody else has recovered meanwhile
         */
        boolean isWhole(long asked, long undisturbedEpoch) {
            return from <= asked || epoch == undisturbedEpoch;
        }

        /** @throws IOException also when the replica has answered nothing, because it cannot read what it has */
        static Page of(ByteString bytes) throws IOException {
            return Wired.parse(
                    answered(bytes),
                    in -> new Page(
                            Wired.list(in, Wired::readBytes),
                            in.readLong(),
                            in.readLong(),
                            in.readBoolean(),
                            in.readLong()));
        }
    }

    /** The latest snapshot that fits. */
    record LatestSnapshot(String persistenceId, Selection selection) implements Question {
        static final byte TAG = 2;

        @Override
        public ByteString bytes() {
            return Wired.bytes(out -> {
                out.writeByte(TAG);
                Wired.writeString(persistenceId, out);
                selection.writeTo(out);
            });
        }
    }

    /**
     * @param firstPart the number of its first part among all of the persistent actor
     * @param parts how many there are
     */
    record Found(long sequenceNr, long timestamp, long firstPart, int parts) {
        static ByteString bytes(Optional<Found> found) {
            return Wired.bytes(out -> {
                out.writeBoolean(found.isPresent());
                if (found.isPresent()) {
                    out.writeLong(found.get().sequenceNr);
                    out.writeLong(found.get().timestamp);
                    out.writeLong(found.get().firstPart);
                    out.writeInt(found.get().parts);
                }
            });
        }

        static Optional<Found> of(ByteString bytes) throws IOException {
            return Wired.parse(
                    answered(bytes),
                    in -> in.readBoolean()
                            ? Optional.of(new Found(in.readLong(), in.readLong(), in.readLong(), in.readInt()))
                            : Optional.empty());
        }
    }

    private static ByteString answered(ByteString bytes) throws IOException {
        if (bytes.isEmpty()) {
            throw new IOException("the replica on this node cannot read it; the log of this node says why");
        }
        return bytes;
    }

    /** A part of a snapshot; answered by its bytes, or by none when the snapshot was deleted or cannot be read. */
    record SnapshotPart(String persistenceId, long number) implements Question {
        static final byte TAG = 3;

        @Override
        public ByteString bytes() {
            return Wired.bytes(out -> {
                out.writeByte(TAG);
                Wired.writeString(persistenceId, out);
                out.writeLong(number);
            });
        }
    }

    /** @throws IOException when these are not the bytes of a question that this version knows */
    static Question readFrom(DataInputStream in) throws IOException {
        byte tag = in.readByte();
        String persistenceId = Wired.readString(in);
        return switch (tag) {
            case Events.TAG -> new Events(persistenceId, in.readLong(), in.readLong(), in.readInt());
            case LatestSnapshot.TAG -> new LatestSnapshot(persistenceId, Selection.readFrom(in));
            case SnapshotPart.TAG -> new SnapshotPart(persistenceId, in.readLong());
            default -> throw new IOException("Question " + tag + " is not known to this version");
        };
    }
}
