package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A directory of the file system of which nothing is changed. What is not needed any more stays, as if a crash had come
 * before it was deleted or cut off; what would have to be written is refused. A directory that does not exist is an empty one.
 */
public record ReadOnlyFiles(Path path) implements LogFiles {

    /** @throws IOException also when the file does not exist: none is created */
    @Override
    public LogFile open(String name) throws IOException {
        if (!exists(name)) {
            throw new IOException(describe(name) + " does not exist, and nothing is written here");
        }
        return new ReadOnlyFile(FileChannel.open(path.resolve(name), StandardOpenOption.READ));
    }

    @Override
    public Optional<LogFile> openIfPresent(String name) throws IOException {
        return exists(name) ? Optional.of(open(name)) : Optional.empty();
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(path.resolve(name));
    }

    @Override
    public List<String> list() throws IOException {
        return names(Files::isRegularFile);
    }

    @Override
    public List<String> directories() throws IOException {
        return names(Files::isDirectory);
    }

    private List<String> names(Predicate<Path> wanted) throws IOException {
        return Files.exists(path) ? DiskFiles.names(path, wanted) : List.of();
    }

    @Override
    public void delete(String name) {}

    @Override
    public void rename(String from, String to) throws IOException {
        throw new IOException(describe(from) + " is not renamed to " + to + ": nothing is written here");
    }

    @Override
    public void syncDirectory() {}

    @Override
    public LogFiles directory(String name) {
        return new ReadOnlyFiles(path.resolve(name));
    }

    /** Whoever reads keeps others from writing by other means. */
    @Override
    public Closeable lock(String name) {
        return () -> {};
    }

    @Override
    public long usableSpace() {
        return 0;
    }

    @Override
    public String describe(String name) {
        return path.resolve(name).toString();
    }

    private record ReadOnlyFile(FileChannel channel) implements LogFile {

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            throw new IOException("nothing is written here");
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            int start = into.position();
            while (into.hasRemaining()) {
                if (channel.read(into, position + into.position() - start) < 0) {
                    break;
                }
            }
            return into.position() - start;
        }

        @Override
        public void force() {}

        @Override
        public void truncate(long size) {}

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
