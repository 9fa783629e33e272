package io.troupe.persistence.replicated;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What an {@link Operation} came to, the same on every replica. */
sealed interface Outcome {

    void writeTo(DataOutputStream out) throws IOException;

    /**
     * @param epoch what the claimer's writes are to name
     * @param highest sequence number that was ever written
     */
    record Claimed(long epoch, long highest) implements Outcome {
        static final byte TAG = 1;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            out.writeLong(epoch);
            out.writeLong(highest);
        }
    }

    record Done() implements Outcome {
        static final byte TAG = 2;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
        }
    }

    /** Another incarnation of the persistent actor has recovered since, or writes. Nothing was changed. */
    record Fenced(String detail) implements Outcome {
        static final byte TAG = 3;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(detail, out);
        }
    }

    /** It cannot be done. Nothing was changed. */
    record Refused(String detail) implements Outcome {
        static final byte TAG = 4;

        @Override
        public void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(TAG);
            Wired.writeString(detail, out);
        }
    }

    static Outcome readFrom(DataInputStream in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case Claimed.TAG -> new Claimed(in.readLong(), in.readLong());
            case Done.TAG -> new Done();
            case Fenced.TAG -> new Fenced(Wired.readString(in));
            case Refused.TAG -> new Refused(Wired.readString(in));
            default -> throw new IOException("Outcome " + tag + " is of a newer version");
        };
    }
}
