package io.troupe.etcd.mvcc;

import com.google.protobuf.AbstractMessageLite;
import io.troupe.etcd.EtcdError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/** What a command or query comes to: 0 and the answer's bytes, or 1 and the error's id. */
public sealed interface Result {

    record Ok(byte[] body) implements Result {

        /** What the store on this node has answered, read as {@code parser} does. */
        public <T> T as(Parser<T> parser) {
            try {
                return parser.parse(body);
            } catch (IOException e) {
                throw new UncheckedIOException("the store's own answer cannot be read", e);
            }
        }
    }

    interface Parser<T> {
        T parse(byte[] body) throws IOException;
    }

    record Refused(EtcdError error) implements Result {}

    static ByteString ok(AbstractMessageLite<?, ?> message) {
        return Commands.tagged((byte) 0, message);
    }

    static ByteString ok(byte[] body) {
        byte[] bytes = new byte[1 + body.length];
        System.arraycopy(body, 0, bytes, 1, body.length);
        return ByteString.fromArrayUnsafe(bytes);
    }

    static ByteString refused(EtcdError error) {
        return ByteString.fromArrayUnsafe(new byte[] {1, (byte) error.wireId()});
    }

    /** @throws IllegalArgumentException when the bytes are not a result */
    static Result parse(ByteString result) {
        byte[] bytes = result.toArrayUnsafe();
        if (bytes.length > 0 && bytes[0] == 0) {
            return new Ok(Arrays.copyOfRange(bytes, 1, bytes.length));
        }
        if (bytes.length == 2 && bytes[0] == 1) {
            return new Refused(EtcdError.ofWireId(bytes[1]));
        }
        throw new IllegalArgumentException("not a result of the etcd state machine: " + bytes.length + " bytes");
    }
}
