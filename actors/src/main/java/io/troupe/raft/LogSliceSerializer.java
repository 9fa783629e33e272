package io.troupe.raft;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of entries, on the wire and in the journal: first index, count, then per entry its kind, its term and
 * what the kind has. Kinds are never reused; a new one is appended.
 */
final class LogSliceSerializer extends ImmutableSerializer<LogSlice> {

    private static final byte NO_OP = 1;
    private static final byte OPEN_SESSION = 2;
    private static final byte COMMAND = 3;
    private static final byte RECONFIGURE = 4;
    private static final byte ELIDED = 5;

    @Override
    public void write(Kryo kryo, Output output, LogSlice slice) {
        output.writeVarLong(slice.firstIndex(), true);
        output.writeVarInt(slice.size(), true);
        slice.forEach((entry, index) -> write(kryo, output, entry));
    }

    private static void write(Kryo kryo, Output output, Entry entry) {
        Entry.Payload payload = entry.payload();
        if (payload instanceof Entry.Command command) {
            begin(output, COMMAND, entry);
            output.writeVarLong(command.session(), true);
            output.writeVarLong(command.serial(), true);
            output.writeVarLong(command.acknowledgedBelow(), true);
            kryo.writeObject(output, command.command());
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
    public LogSlice read(Kryo kryo, Input input, Class<? extends LogSlice> type) {
        long firstIndex = input.readVarLong(true);
        int count = input.readVarInt(true);
        List<Entry> entries = new ArrayList<>(); // not sized by a count that may be garbage
        for (int i = 0; i < count; i++) {
            byte kind = input.readByte();
            entries.add(new Entry(input.readVarLong(true), readPayload(kryo, input, kind)));
        }
        return LogSlice.of(firstIndex, entries);
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
