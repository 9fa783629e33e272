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

    /** Writes {@code object}; throws whatever its serializer throws, or that there is none for it. */
    public void write(Object object, DataOutputStream out) throws IOException {
        Serializer serializer = serialization.findSerializerFor(object);
        byte[] bytes = serialization.serialize(object).get();
        out.writeInt(serializer.identifier());
        writeString(Serializers.manifestFor(serializer, object), out);
        out.writeInt(bytes.length);
        out.write(bytes);
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
