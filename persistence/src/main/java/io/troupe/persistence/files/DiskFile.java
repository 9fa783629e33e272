package io.troupe.persistence.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of the file system. Readers have a channel of their own: an interrupted reader closes its channel (that is how
 * NIO channels answer interrupts), which must neither hit the writer nor, for longer than a re-open, other readers.
 */
final class DiskFile implements LogFile {

    private final Path path;
    private final FileChannel writing;
    private FileChannel reading;
    private boolean closed;

    /** Creates the file when it does not exist. */
    DiskFile(Path path) throws IOException {
        this(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private DiskFile(Path path, OpenOption... forWriting) throws IOException {
        this.path = path;
        this.writing = FileChannel.open(path, forWriting);
        try {
            this.reading = FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            writing.close();
            throw e;
        }
    }

    /** @throws java.nio.file.NoSuchFileException when it does not exist */
    static DiskFile existing(Path path) throws IOException {
        return new DiskFile(path, StandardOpenOption.WRITE);
    }

    @Override
    public void write(long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += writing.write(bytes, at);
        }
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException {
        int start = into.position();
        while (into.hasRemaining()) {
            FileChannel channel = readable();
            try {
                if (channel.read(into, position + into.position() - start) < 0) {
                    break;
                }
            } catch (ClosedChannelException interrupted) {
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted;
                }
            }
        }
        return into.position() - start;
    }

    private synchronized FileChannel readable() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!reading.isOpen()) {
            reading = FileChannel.open(path, StandardOpenOption.READ);
        }
        return reading;
    }

    @Override
    public void force() throws IOException {
        writing.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
        writing.truncate(size);
    }

    @Override
    public long size() throws IOException {
        return writing.size();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try (writing) {
            reading.close();
        }
    }
}
