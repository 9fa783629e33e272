package io.troupe.paxos;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of decrees, on the wire and in the ledger: those that Kryo writes of the records by itself, components by name.
 * Here they are written by hand, because commands are most of what is written, and reflection is what it costs then.
 */
final class DecreesSerializer extends ImmutableSerializer<Decrees> {

    @Override
    public void write(Kryo kryo, Output output, Decrees decrees) {
        kryo.writeClass(output, List.class);
        output.writeVarInt(decrees.decrees().size(), true);
        for (Decree decree : decrees.decrees()) {
            if (decree instanceof Decree.Command command) {
                write(kryo, output, command);
            } else {
                kryo.writeClassAndObject(output, decree);
            }
        }
        output.writeVarLong(decrees.first(), false);
    }

    private static void write(Kryo kryo, Output output, Decree.Command command) {
        kryo.writeClass(output, Decree.Command.class);
        output.writeVarLong(command.acknowledgedBelow(), false);
        kryo.writeClass(output, ByteString.class);
        kryo.writeObject(output, command.command());
        output.writeVarLong(command.serial(), false);
        output.writeVarLong(command.session(), false);
    }

    @Override
    public Decrees read(Kryo kryo, Input input, Class<? extends Decrees> type) {
        kryo.readClass(input);
        int count = input.readVarInt(true);
        List<Decree> decrees = new ArrayList<>(); // not sized by a count that may be garbage
        for (int i = 0; i < count; i++) {
            decrees.add(readDecree(kryo, input));
        }
        return new Decrees(input.readVarLong(false), decrees);
    }

    private static Decree readDecree(Kryo kryo, Input input) {
        Registration kind = kryo.readClass(input);
        if (kind.getType() != Decree.Command.class) {
            return (Decree) kryo.readObject(input, kind.getType(), kind.getSerializer());
        }
        long acknowledgedBelow = input.readVarLong(false);
        kryo.readClass(input);
        ByteString command = kryo.readObject(input, ByteString.class);
        long serial = input.readVarLong(false);
        return new Decree.Command(input.readVarLong(false), serial, acknowledgedBelow, command);
    }
}
