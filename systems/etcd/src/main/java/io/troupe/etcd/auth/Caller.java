package io.troupe.etcd.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;

/**
 * In whose name something is asked.
 *
 * @param revision of the auth state under which the caller was known
 */
public record Caller(String user, long revision) {

    /** Somebody who did not say who it is. */
    public static final Caller NOBODY = new Caller("", 0);

    public boolean isNobody() {
        return equals(NOBODY);
    }

    /** Tag, revision, length of the name, name, and what is asked. */
    public ByteString wrap(byte tag, ByteString inner) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(1 + 8 + 4 + name.length + inner.size())
                .put(tag)
                .putLong(revision)
                .putInt(name.length)
                .put(name);
        inner.copyToBuffer(out);
        return ByteString.fromArrayUnsafe(out.array());
    }

    /** Reads what {@link #wrap} wrote after the tag, and leaves {@code in} at what is asked. */
    public static Caller unwrap(ByteBuffer in) {
        long revision = in.getLong();
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        byte[] name = new byte[length];
        in.get(name);
        return new Caller(new String(name, StandardCharsets.UTF_8), revision);
    }
}
