package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the file system. */
public final class DiskFiles implements LogFiles {

    private final Path directory;

    /** Creates the directory, with its parents, when it does not exist. */
    public DiskFiles(Path directory) throws IOException {
        this.directory = directory.toAbsolutePath().normalize();
        createDurably(this.directory);
    }

    private static void createDurably(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (Files.isDirectory(directory) || parent == null) {
            return;
        }
        createDurably(parent);
        Files.createDirectories(directory);
        sync(parent);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public LogFile open(String name) throws IOException {
        return new DiskFile(directory.resolve(name));
    }

    @Override
    public Optional<LogFile> openIfPresent(String name) throws IOException {
        try {
            return Optional.of(DiskFile.existing(directory.resolve(name)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Override
    public List<String> list() throws IOException {
        return names(directory, Files::isRegularFile);
    }

    @Override
    public List<String> directories() throws IOException {
        return names(directory, Files::isDirectory);
    }

    /** What is in {@code directory}, in order. */
    static List<String> names(Path directory, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(wanted)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                directory.resolve(from),
                directory.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void syncDirectory() throws IOException {
        sync(directory);
    }

    @Override
    public LogFiles directory(String name) throws IOException {
        return new DiskFiles(directory.resolve(name));
    }

    @Override
    public Closeable lock(String name) throws IOException {
        Path path = directory.resolve(name);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                String holder = Files.readString(path, StandardCharsets.UTF_8).strip();
                throw new DirectoryInUseException(
                        path.toString(), holder.isEmpty() ? "a process that left no id" : "process " + holder);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)), 0);
            return channel;
        } catch (IOException e) {
            channel.close(); // Else this process would hold the lock, and nobody in it would know.
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public long usableSpace() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public String describe(String name) {
        return directory.resolve(name).toString();
    }
}
