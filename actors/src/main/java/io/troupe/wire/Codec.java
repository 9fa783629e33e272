package io.troupe.wire;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;

/** One thread's Kryo with its buffers. Not thread-safe, not reentrant. */
final class Codec {

    private static final int BUFFER_BYTES = 8 << 10;
    /** A buffer that outgrew this is given back after the message that needed it. */
    private static final int KEPT_BYTES_MAX = 1 << 20;

    private final WireKryo kryo;
    private final WireInput input = new WireInput();
    private Output output = new Output(BUFFER_BYTES, -1);
    private byte[] incoming = new byte[BUFFER_BYTES];

    Codec(Registrations registrations, ActorRefResolver resolver) {
        kryo = new WireKryo(registrations);
        kryo.register(ActorRef.class, new ActorRefSerializer(resolver), BuiltInTypes.ACTOR_REF);
    }

    byte[] write(Object message) {
        try {
            encode(message);
            return output.toBytes();
        } finally {
            trimOutput();
        }
    }

    /** @throws java.nio.BufferOverflowException when the message does not fit, as Artery expects of an oversized one */
    void write(Object message, ByteBuffer into) {
        try {
            encode(message);
            into.put(output.getBuffer(), 0, output.position());
        } finally {
            trimOutput();
        }
    }

    private void encode(Object message) {
        output.reset();
        kryo.writeObject(output, message);
    }

    private void trimOutput() {
        kryo.reset();
        if (output.getBuffer().length > KEPT_BYTES_MAX) {
            output = new Output(BUFFER_BYTES, -1);
        }
    }

    <T> T read(ByteBuffer from, Class<T> type) {
        int count = from.remaining();
        if (incoming.length < count) {
            incoming = new byte[Math.max(count, incoming.length * 2)];
        }
        from.get(incoming, 0, count);
        try {
            return read(incoming, count, type);
        } finally {
            if (incoming.length > KEPT_BYTES_MAX) {
                incoming = new byte[BUFFER_BYTES];
            }
        }
    }

    <T> T read(byte[] bytes, int count, Class<T> type) {
        try {
            input.over(bytes, count);
            T message = kryo.readObject(input, type);
            if (input.remaining() > 0) {
                throw new KryoException(input.remaining() + " bytes are left over");
            }
            return message;
        } finally {
            kryo.reset();
        }
    }
}
