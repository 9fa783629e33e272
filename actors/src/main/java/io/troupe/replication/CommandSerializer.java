package io.troupe.replication;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of an engine's command: those that Kryo writes of the record by itself, components by name. Written by hand,
 * because commands are most of what is written, and reflection would be most of what they cost.
 */
public final class CommandSerializer<C extends Operation.Command> extends ImmutableSerializer<C> {

    /** Makes the engine's record of a command. */
    public interface Factory<C> {
        C command(long session, long serial, long acknowledgedBelow, ByteString command);
    }

    private final Factory<C> factory;

    public CommandSerializer(Factory<C> factory) {
        this.factory = factory;
    }

    @Override
    public void write(Kryo kryo, Output output, C command) {
        output.writeVarLong(command.acknowledgedBelow(), false);
        Registration bytes = kryo.writeClass(output, ByteString.class);
        kryo.writeObject(output, command.command(), bytes.getSerializer());
        output.writeVarLong(command.serial(), false);
        output.writeVarLong(command.session(), false);
    }

    @Override
    public C read(Kryo kryo, Input input, Class<? extends C> type) {
        long acknowledgedBelow = input.readVarLong(false);
        Registration bytes = kryo.readClass(input);
        if (bytes == null || bytes.getType() != ByteString.class) {
            throw new KryoException("A command is not of bytes");
        }
        ByteString command = (ByteString) kryo.readObject(input, ByteString.class, bytes.getSerializer());
        long serial = input.readVarLong(false);
        return factory.command(input.readVarLong(false), serial, acknowledgedBelow, command);
    }
}
