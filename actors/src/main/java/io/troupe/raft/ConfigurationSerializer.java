package io.troupe.raft;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a configuration, on the wire and in the journal: learners, outgoing and incoming voters. Where there are
 * witnesses, a null and they come first; a configuration without is written as it was before there were any.
 */
final class ConfigurationSerializer extends ImmutableSerializer<Configuration> {

    @Override
    public void write(Kryo kryo, Output output, Configuration configuration) {
        if (!configuration.witnesses().isEmpty()) {
            kryo.writeClass(output, null);
            kryo.writeClassAndObject(output, configuration.witnesses());
        }
        kryo.writeClassAndObject(output, configuration.learners());
        kryo.writeClassAndObject(output, configuration.outgoing());
        kryo.writeClassAndObject(output, configuration.voters());
    }

    @Override
    @SuppressWarnings("unchecked") // Kryo's registrations do not know their type.
    public Configuration read(Kryo kryo, Input input, Class<? extends Configuration> type) {
        SortedSet<String> witnesses = new TreeSet<>();
        @Nullable Registration first = kryo.readClass(input);
        if (first == null) {
            witnesses = nodes(kryo.readClassAndObject(input));
            first = kryo.readClass(input);
        }
        SortedSet<String> learners = nodes(kryo.readObject(input, first.getType(), first.getSerializer()));
        SortedSet<String> outgoing = nodes(kryo.readClassAndObject(input));
        SortedSet<String> voters = nodes(kryo.readClassAndObject(input));
        return new Configuration(voters, outgoing, learners, witnesses);
    }

    @SuppressWarnings("unchecked")
    private static SortedSet<String> nodes(Object read) {
        return (SortedSet<String>) read;
    }
}
