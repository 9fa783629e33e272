package io.troupe.replication.mastership;

import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/** A number that can be set and read: who adds to it needs two calls. */
final class Register implements StateMachine {

    private long value;

    static ByteString set(long value) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    static long value(ByteString bytes) {
        return bytes.asByteBuffer().getLong();
    }

    long value() {
        return value;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        value = value(command);
        return ByteString.emptyByteString();
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return true;
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return true;
    }

    @Override
    public ByteString query(ByteString query) {
        return set(value);
    }

    @Override
    public State freeze() {
        long frozen = value;
        return out -> new DataOutputStream(out).writeLong(frozen);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        value = new DataInputStream(state).readLong();
    }
}
