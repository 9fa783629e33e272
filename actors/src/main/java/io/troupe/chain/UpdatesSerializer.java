package io.troupe.chain;

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
 * The bytes of updates, on the wire and in the journal: first index, count, then per update its kind, its epoch and what the
 * kind has. Kinds are never reused; a new one is appended.
 */
final class UpdatesSerializer extends BatchSerializer<Updates> {

    private static final byte OPEN_SESSION = 1;
    private static final byte COMMAND = 2;

    @Override
    protected Optional<byte[]> encoded(Updates updates) {
        return updates.encoded();
    }

    @Override
    protected void encode(Kryo kryo, Output output, Updates updates) {
        output.writeVarLong(updates.first(), true);
        output.writeVarInt(updates.updates().size(), true);
        Serializer<?> bytes = kryo.getSerializer(ByteString.class);
        for (Update update : updates.updates()) {
            if (update.request() instanceof Update.Command command) {
                output.writeByte(COMMAND);
                output.writeVarLong(update.epoch(), true);
                output.writeVarLong(command.session(), true);
                output.writeVarLong(command.serial(), true);
                output.writeVarLong(command.acknowledgedBelow(), true);
                kryo.writeObject(output, command.command(), bytes);
            } else {
                output.writeByte(OPEN_SESSION);
                output.writeVarLong(update.epoch(), true);
            }
        }
    }

    @Override
    protected Updates decode(Kryo kryo, Input input, Supplier<byte[]> encoded) {
        long first = input.readVarLong(true);
        int count = input.readVarInt(true);
        List<Update> updates = new ArrayList<>(); // not sized by a count that may be garbage
        for (int i = 0; i < count; i++) {
            byte kind = input.readByte();
            updates.add(new Update(input.readVarLong(true), readRequest(kryo, input, kind)));
        }
        return Updates.encoded(first, updates, encoded.get());
    }

    private static Update.Request readRequest(Kryo kryo, Input input, byte kind) {
        return switch (kind) {
            case OPEN_SESSION -> new Update.OpenSession();
            case COMMAND ->
                new Update.Command(
                        input.readVarLong(true),
                        input.readVarLong(true),
                        input.readVarLong(true),
                        kryo.readObject(input, ByteString.class));
            default -> throw new KryoException("Update kind " + kind + " is not known; kinds are 1 and 2");
        };
    }
}
