package io.troupe.persistence.replicated;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Commands, queries and their answers as bytes. A command is version (1), number of operations (4) and the operations;
 * its result is version (1), number of outcomes (4) and the outcomes, one for each operation. Strings and byte arrays
 * are their length in bytes (4) and the bytes; strings are UTF-8.
 */
final class Wired {

    static final byte VERSION = 1;

    /** What an operation takes beside its texts and payload, at most. */
    static final int OPERATION_BYTES = 64;

    private Wired() {}

    @FunctionalInterface
    interface Writing {
        void writeTo(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    interface Reading<T> {
        T readFrom(DataInputStream in) throws IOException;
    }

    static ByteString command(List<Operation> operations) {
        return bytes(out -> {
            out.writeInt(operations.size());
            for (Operation operation : operations) {
                operation.writeTo(out);
            }
        });
    }

    static List<Operation> operations(ByteString command) throws IOException {
        return parse(command, in -> list(in, Operation::readFrom));
    }

    static ByteString result(List<Outcome> outcomes) {
        return bytes(out -> {
            out.writeInt(outcomes.size());
            for (Outcome outcome : outcomes) {
                outcome.writeTo(out);
            }
        });
    }

    static List<Outcome> outcomes(ByteString result) throws IOException {
        return parse(result, in -> list(in, Outcome::readFrom));
    }

    static <T> List<T> list(DataInputStream in, Reading<T> each) throws IOException {
        int count = in.readInt();
        requireLength(count);
        List<T> list = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            list.add(each.readFrom(in));
        }
        return list;
    }

    static ByteString bytes(Writing body) {
        var bytes = new ByteArrayOutputStream(256);
        var out = new DataOutputStream(bytes);
        try {
            out.writeByte(VERSION);
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    /** @throws IOException when these are not bytes that this version writes */
    static <T> T parse(ByteString bytes, Reading<T> body) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IOException("format " + version + " is not known, this version reads " + VERSION);
        }
        return body.readFrom(in);
    }

    private static void requireLength(int length) throws IOException {
        if (length < 0) {
            throw new IOException("there is no length " + length);
        }
    }

    static void writeString(String text, DataOutputStream out) throws IOException {
        writeBytes(text.getBytes(StandardCharsets.UTF_8), out);
    }

    static String readString(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        requireLength(length);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the bytes end after " + bytes.length + " of " + length);
        }
        return bytes;
    }
}
