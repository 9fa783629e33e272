package io.troupe.persistence.serialization;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/**
 * Strings and objects as bytes. A string is its length in bytes (4) and UTF-8; an object is its serializer's id (4),
 * manifest (string), length in bytes (4) and bytes. Serializers see Pekko's transport information.
 */
public final class ObjectCodec {

    private final Serialization serialization;

    public ObjectCodec(ClassicActorSystemProvider system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** What an object becomes; {@code manifest} is UTF-8. */
    public record Serialized(int serializer, byte[] manifest, byte[] bytes) {

        /** How many bytes {@link #write} writes. */
        public long size() {
            return 12L + manifest.length + bytes.length;
        }

        public void write(ByteBuffer out) {
            out.putInt(serializer).putInt(manifest.length).put(manifest);
            out.putInt(bytes.length).put(bytes);
        }
    }

    /** Throws whatever the object's serializer throws, or that there is none for it. */
    public Serialized serialize(Object object) {
        Serializer serializer = serialization.findSerializerFor(object);
        byte[] bytes = serialization.serialize(object).get();
        byte[] manifest = Serializers.manifestFor(serializer, object).getBytes(StandardCharsets.UTF_8);
        return new Serialized(serializer.identifier(), manifest, bytes);
    }

    /** Writes {@code object}; throws whatever its serializer throws, or that there is none for it. */
    public void write(Object object, DataOutputStream out) throws IOException {
        Serialized serialized = serialize(object);
        out.writeInt(serialized.serializer());
        out.writeInt(serialized.manifest().length);
        out.write(serialized.manifest());
        out.writeInt(serialized.bytes().length);
        out.write(serialized.bytes());
    }

    public static void writeString(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    public static String readString(ByteBuffer in) {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    public Object read(ByteBuffer in) {
        int serializer = in.getInt();
        String manifest = readString(in);
        return serialization.deserialize(readBytes(in), serializer, manifest).get();
    }

    /** Passes over an object without making it. */
    public static void skip(ByteBuffer in) {
        in.getInt();
        skipBytes(in);
        skipBytes(in);
    }

    private static void skipBytes(ByteBuffer in) {
        int length = in.getInt();
        in.position(in.position() + length);
    }
}
