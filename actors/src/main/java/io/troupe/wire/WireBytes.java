package io.troupe.wire;

import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.util.ByteString;

/**
 * Messages as bytes that name their type: for what is signed, digested, or handed on exactly as it was said. The same
 * bytes as on the wire, after the type's manifest.
 */
public final class WireBytes {

    private static final byte END_OF_MANIFEST = '\n';

    private final KryoSerializer serializer;

    private WireBytes(KryoSerializer serializer) {
        this.serializer = serializer;
    }

    /** @throws IllegalStateException when the actor system does not serialize {@link Wire} by Troupe's Kryo */
    public static WireBytes of(ActorSystem<?> system) {
        try {
            return new WireBytes(
                    (KryoSerializer) SerializationExtension.get(system).serializerFor(Wire.class));
        } catch (NotSerializableException | ClassCastException e) {
            throw new IllegalStateException(
                    "Wire must be serialized by troupe-kryo, as the reference.conf of troupe-actors says", e);
        }
    }

    /** @throws IllegalArgumentException when the type is not registered */
    public ByteString write(Wire message) {
        byte[] manifest = serializer.manifest(message).getBytes(StandardCharsets.US_ASCII);
        byte[] content = serializer.toBinary(message);
        byte[] bytes = Arrays.copyOf(manifest, manifest.length + 1 + content.length);
        bytes[manifest.length] = END_OF_MANIFEST;
        System.arraycopy(content, 0, bytes, manifest.length + 1, content.length);
        return ByteString.fromArrayUnsafe(bytes);
    }

    /** @throws NotSerializableException when these are not the bytes of one message of {@code type} */
    public <T extends Wire> T read(ByteString bytes, Class<T> type) throws NotSerializableException {
        byte[] array = bytes.toArrayUnsafe();
        int end = 0;
        while (end < array.length && array[end] != END_OF_MANIFEST) {
            end++;
        }
        if (end == array.length) {
            throw new NotSerializableException(array.length + " bytes without a manifest; it ends with a line feed");
        }
        String manifest = new String(array, 0, end, StandardCharsets.US_ASCII);
        Object message = serializer.fromBinary(Arrays.copyOfRange(array, end + 1, array.length), manifest);
        if (!type.isInstance(message)) {
            throw new NotSerializableException(
                    "A " + message.getClass().getName() + " where a " + type.getName() + " belongs");
        }
        return type.cast(message);
    }
}
