package io.troupe.bench.replication;

import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/** A {@link Tally} behind our replication contract. */
final class TallyMachine implements StateMachine {

    private final Tally tally = new Tally();

    @Override
    public ByteString apply(long index, ByteString command) {
        tally.add(command.length());
        return ByteString.emptyByteString();
    }

    @Override
    public boolean isRevocable() {
        return true;
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
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(8).putLong(tally.commands()).array());
    }

    @Override
    public State freeze() {
        long commands = tally.commands();
        long bytes = tally.bytes();
        return out -> {
            var data = new DataOutputStream(out);
            data.writeLong(commands);
            data.writeLong(bytes);
            data.flush();
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var data = new DataInputStream(state);
        tally.set(data.readLong(), data.readLong());
    }
}
