package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file, read and written at positions; one writer, any number of readers. */
public interface LogFile extends Closeable {

    /** Writes everything that remains in {@code bytes} at {@code position}; not durable before {@link #force()}. */
    void write(long position, ByteBuffer bytes) throws IOException;

    /**
     * Reads into {@code into} from {@code position} until it is full or the file ends.
     *
     * @return the number of bytes read, 0 at the end of the file
     */
    int read(long position, ByteBuffer into) throws IOException;

    /** Makes all written bytes durable, as {@code fdatasync} does. After a failure nothing unforced may be trusted. */
    void force() throws IOException;

    /** Cuts the file to {@code size} bytes. */
    void truncate(long size) throws IOException;

    long size() throws IOException;
}
