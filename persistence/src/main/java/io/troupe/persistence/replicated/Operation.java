package io.troupe.persistence.replicated;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * What changes the state of the group, as it stands in the log of the group. Tags are never reused: logs outlive versions.
 */
sealed interface Operation {

    String persistenceId();

    /** About how many bytes it takes in a command. */
    int size();

    static int sizeOf(List<Operation> operations) {
        return operations.stream().mapToInt(Operation::size).sum();
    }

    void writeTo(DataOutputStream out) throws IOException;

    /** A persistent actor recovers: from now on whoever wrote before may not write any more. */
    record Claim(String persistenceId) implements Operation {
        static final byte TAG = 1;

        @Override
        public int size() {
            return Wired.OPERATION_BYTES + persistenceId.length() * 3;
        }

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(persistenceId, out);
        }
    }

    /**
     * Appends the events of one atomic write.
     *
     * @param epoch what the last {@link Claim} that was answered on this node got, or 0 when there was none
     * @param writer the persistent actor's incarnation
     * @param first sequence number of the first event
     * @param last sequence number of the last event
     */
    record Append(String persistenceId, long epoch, String writer, long first, long last, byte[] payload)
            implements Operation {
        static final byte TAG = 2;

        @Override
        public int size() {
            return Wired.OPERATION_BYTES + persistenceId.length() * 3 + writer.length() * 3 + payload.length;
        }

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(persistenceId, out);
            out.writeLong(epoch);
            Wired.writeString(writer, out);
            out.writeLong(first);
            out.writeLong(last);
            Wired.writeBytes(payload, out);
        }
    }

    /**
     * Deletes events up to {@code upTo}, as far as there are any.
     *
     * @param epoch as that of an {@link Append}; with 0 it is done whoever has recovered since
     */
    record DeleteEvents(String persistenceId, long epoch, long upTo) implements Operation {
        static final byte TAG = 6;

        /** Of versions that did not fence deletions: it has no epoch. */
        static final byte UNFENCED_TAG = 3;

        @Override
        public int size() {
            return Wired.OPERATION_BYTES + persistenceId.length() * 3;
        }

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(persistenceId, out);
            out.writeLong(epoch);
            out.writeLong(upTo);
        }
    }

    /**
     * A part of a snapshot; with the last one the snapshot is there, and replaces one of the same sequence number.
     *
     * @param save tells the parts of one save from those of another
     * @param part from 0, without gaps
     */
    record SavePart(
            String persistenceId, long sequenceNr, long timestamp, long save, int part, boolean isLast, byte[] bytes)
            implements Operation {
        static final byte TAG = 4;

        @Override
        public int size() {
            return Wired.OPERATION_BYTES + persistenceId.length() * 3 + bytes.length;
        }

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(persistenceId, out);
            out.writeLong(sequenceNr);
            out.writeLong(timestamp);
            out.writeLong(save);
            out.writeInt(part);
            out.writeBoolean(isLast);
            Wired.writeBytes(bytes, out);
        }
    }

    /**
     * Deletes the snapshots that fit.
     *
     * @param epoch as that of {@link DeleteEvents}
     */
    record DeleteSnapshots(String persistenceId, long epoch, Selection selection) implements Operation {
        static final byte TAG = 7;

        /** Of versions that did not fence it: it has no epoch. */
        static final byte UNFENCED_TAG = 5;

        @Override
        public int size() {
            return Wired.OPERATION_BYTES + persistenceId.length() * 3;
        }

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(persistenceId, out);
            out.writeLong(epoch);
            selection.writeTo(out);
        }
    }

    /** @throws IOException when these are not the bytes of an operation that this version knows */
    static Operation readFrom(DataInputStream in) throws IOException {
        byte tag = in.readByte();
        String persistenceId = Wired.readString(in);
        return switch (tag) {
            case Claim.TAG -> new Claim(persistenceId);
            case Append.TAG ->
                new Append(
                        persistenceId,
                        in.readLong(),
                        Wired.readString(in),
                        in.readLong(),
                        in.readLong(),
                        Wired.readBytes(in));
            case DeleteEvents.UNFENCED_TAG -> new DeleteEvents(persistenceId, 0, in.readLong());
            case DeleteEvents.TAG -> new DeleteEvents(persistenceId, in.readLong(), in.readLong());
            case SavePart.TAG ->
                new SavePart(
                        persistenceId,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readInt(),
                        in.readBoolean(),
                        Wired.readBytes(in));
            case DeleteSnapshots.UNFENCED_TAG -> new DeleteSnapshots(persistenceId, 0, Selection.readFrom(in));
            case DeleteSnapshots.TAG -> new DeleteSnapshots(persistenceId, in.readLong(), Selection.readFrom(in));
            default -> throw new IOException("Operation " + tag + " is of a newer version");
        };
    }
}
