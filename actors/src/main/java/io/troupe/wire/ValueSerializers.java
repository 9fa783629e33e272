package io.troupe.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Serializers of small values that Kryo does not know. */
final class ValueSerializers {

    private ValueSerializers() {}

    static final class OfByteString extends ImmutableSerializer<ByteString> {
        @Override
        public void write(Kryo kryo, Output output, ByteString bytes) {
            output.writeVarInt(bytes.length(), true);
            byte[] array = bytes.toArrayUnsafe();
            output.writeBytes(array, 0, array.length);
        }

        @Override
        public ByteString read(Kryo kryo, Input input, Class<? extends ByteString> type) {
            return ByteString.fromArrayUnsafe(input.readBytes(input.readVarInt(true)));
        }
    }

    static final class OfUuid extends ImmutableSerializer<UUID> {
        @Override
        public void write(Kryo kryo, Output output, UUID uuid) {
            output.writeLong(uuid.getMostSignificantBits());
            output.writeLong(uuid.getLeastSignificantBits());
        }

        @Override
        public UUID read(Kryo kryo, Input input, Class<? extends UUID> type) {
            return new UUID(input.readLong(), input.readLong());
        }
    }

    static final class OfDone extends ImmutableSerializer<Done> {
        @Override
        public void write(Kryo kryo, Output output, Done done) {}

        @Override
        public Done read(Kryo kryo, Input input, Class<? extends Done> type) {
            return Done.getInstance();
        }
    }
}
