package io.troupe.paxos;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.troupe.replication.BatchSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The bytes of decrees: those that Kryo would write of a record by itself, which is the class of the list, its size, each decree
 * after its class, and the first instance. Written by hand because decrees are most of what is written: the class of a command is
 * looked up once for all.
 */
final class DecreesSerializer extends BatchSerializer<Decrees> {

    /** Kryo's ids of classes on the wire begin there: 0 is null, and 1 a class that is told by its name. */
    private static final int CLASS_IDS = 2;

    @Override
    protected Optional<byte[]> encoded(Decrees decrees) {
        return decrees.encoded();
    }

    @Override
    protected void encode(Kryo kryo, Output output, Decrees decrees) {
        kryo.writeClass(output, List.class);
        output.writeVarInt(decrees.decrees().size(), true);
        Registration command = kryo.getRegistration(Decree.Command.class);
        for (Decree decree : decrees.decrees()) {
            if (decree instanceof Decree.Command) {
                output.writeVarInt(command.getId() + CLASS_IDS, true);
                kryo.writeObject(output, decree, command.getSerializer());
            } else {
                kryo.writeClassAndObject(output, decree);
            }
        }
        output.writeVarLong(decrees.first(), false);
    }

    @Override
    protected Decrees decode(Kryo kryo, Input input, Supplier<byte[]> encoded) {
        Registration list = kryo.readClass(input);
        if (list == null || list.getType() != List.class) {
            throw new KryoException("What should be decrees does not begin with a list");
        }
        int count = input.readVarInt(true);
        Registration command = kryo.getRegistration(Decree.Command.class);
        List<Decree> decrees = new ArrayList<>(); // not sized by a count that may be garbage
        for (int i = 0; i < count; i++) {
            int at = input.position();
            if (input.readVarInt(true) == command.getId() + CLASS_IDS) {
                decrees.add(kryo.readObject(input, Decree.Command.class, command.getSerializer()));
            } else {
                input.setPosition(at);
                decrees.add(readOther(kryo, input));
            }
        }
        long first = input.readVarLong(false);
        return Decrees.encoded(first, decrees, encoded.get());
    }

    private static Decree readOther(Kryo kryo, Input input) {
        if (kryo.readClassAndObject(input) instanceof Decree decree) {
            return decree;
        }
        throw new KryoException("A decree is none");
    }
}
