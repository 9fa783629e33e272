package io.troupe.raft;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.troupe.replication.BatchSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of entries, on the wire and in the journal: first index, count, then per entry its kind, its term and
 * what the kind has. Kinds are never reused; a new one is appended.
 */
final class LogSliceSerializer extends BatchSerializer<LogSlice> {

    private static final byte NO_OP = 1;
    private static final byte OPEN_SESSION = 2;
    private static final byte COMMAND = 3;
    private static final byte RECONFIGURE = 4;
    private static final byte ELIDED = 5;

    @Override
    protected Optional<byte[]> encoded(LogSlice slice) {
        return slice.encoded();
    }

    @Override
    protected void encode(Kryo kryo, Output output, LogSlice slice) {
        output.writeVarLong(slice.firstIndex(), true);
        output.writeVarInt(slice.size(), true);
        Serializer<?> bytes = kryo.getSerializer(ByteString.class);
        slice.forEach((entry, index) -> write(kryo, output, entry, bytes));
    }

    private static void write(Kryo kryo, Output output, Entry entry, Serializer<?> bytes) {
        Entry.Payload payload = entry.payload();
        if (payload instanceof Entry.Command command) {
            begin(output, COMMAND, entry);
            output.writeVarLong(command.session(), true);
            output.writeVarLong(command.serial(), true);
            output.writeVarLong(command.acknowledgedBelow(), true);
            kryo.writeObject(output, command.command(), bytes);
        } else if (payload instanceof Entry.Reconfigure reconfigure) {
            begin(output, RECONFIGURE, entry);
            kryo.writeObject(output, reconfigure.configuration());
        } else if (payload instanceof Entry.OpenSession) {
            begin(output, OPEN_SESSION, entry);
        } else {
            begin(output, payload instanceof Entry.Elided ? ELIDED : NO_OP, entry);
        }
    }

    private static void begin(Output output, byte kind, Entry entry) {
        output.writeByte(kind);
        output.writeVarLong(entry.term(), true);
    }

    @Override
    protected LogSlice decode(Kryo kryo, Input input, Supplier<byte[]> encoded) {
        long firstIndex = input.readVarLong(true);
        int count = input.readVarInt(true);
        List<Entry> entries = new ArrayList<>(); // not sized by a count that may be garbage
        for (int i = 0; i < count; i++) {
            byte kind = input.readByte();
            entries.add(new Entry(input.readVarLong(true), readPayload(kryo, input, kind)));
        }
        return LogSlice.encoded(firstIndex, entries, encoded.get());
    }

    private static Entry.Payload readPayload(Kryo kryo, Input input, byte kind) {
        return switch (kind) {
            case NO_OP -> new Entry.NoOp();
            case ELIDED -> new Entry.Elided();
            case OPEN_SESSION -> new Entry.OpenSession();
            case COMMAND ->
                new Entry.Command(
                        input.readVarLong(true),
                        input.readVarLong(true),
                        input.readVarLong(true),
                        kryo.readObject(input, ByteString.class));
            case RECONFIGURE -> new Entry.Reconfigure(kryo.readObject(input, Configuration.class));
            default -> throw new KryoException("Entry kind " + kind + " is not known; kinds are 1 to 4");
        };
    }
}
