package io.troupe.chain;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import io.troupe.replication.Replica.Members;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a configuration, on the wire and in the journal: chain, epoch, who joins. Where it says who the members are, a
 * null and they come first; one that does not is written as it was before any did.
 */
final class ConfigurationSerializer extends ImmutableSerializer<Configuration> {

    @Override
    public void write(Kryo kryo, Output output, Configuration configuration) {
        configuration.members().ifPresent(members -> {
            kryo.writeClass(output, null);
            kryo.writeObject(output, members);
        });
        kryo.writeClassAndObject(output, configuration.chain());
        kryo.writeObject(output, configuration.epoch());
        kryo.writeObjectOrNull(output, configuration.joining(), Optional.class);
    }

    @Override
    @SuppressWarnings("unchecked") // Kryo's registrations do not know their type.
    public Configuration read(Kryo kryo, Input input, Class<? extends Configuration> type) {
        Optional<Members> members = Optional.empty();
        @Nullable Registration first = kryo.readClass(input);
        if (first == null) {
            members = Optional.of(kryo.readObject(input, Members.class));
            first = kryo.readClass(input);
        }
        var chain = (List<String>) kryo.readObject(input, first.getType(), first.getSerializer());
        long epoch = kryo.readObject(input, Long.class);
        Optional<String> joining = kryo.readObjectOrNull(input, Optional.class);
        return new Configuration(epoch, chain, joining, members);
    }
}
