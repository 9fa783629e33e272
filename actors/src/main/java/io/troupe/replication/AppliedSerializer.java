package io.troupe.replication;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of {@link Replica.Applied}: those that Kryo writes of the record by itself, components by name. Written by hand,
 * because one answers every command, and reflection would be most of what it costs.
 */
public final class AppliedSerializer extends ImmutableSerializer<Replica.Applied> {

    @Override
    public void write(Kryo kryo, Output output, Replica.Applied applied) {
        output.writeVarLong(applied.index(), false);
        Registration bytes = kryo.writeClass(output, ByteString.class);
        kryo.writeObject(output, applied.result(), bytes.getSerializer());
        output.writeVarLong(applied.serial(), false);
        output.writeVarLong(applied.session(), false);
    }

    @Override
    public Replica.Applied read(Kryo kryo, Input input, Class<? extends Replica.Applied> type) {
        long index = input.readVarLong(false);
        kryo.readClass(input);
        ByteString result = kryo.readObject(input, ByteString.class);
        long serial = input.readVarLong(false);
        return new Replica.Applied(input.readVarLong(false), serial, index, result);
    }
}
