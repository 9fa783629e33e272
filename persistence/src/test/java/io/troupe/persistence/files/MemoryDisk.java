package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A directory in memory that fails on command and forgets, at a crash, what was not synced: bytes since the last force
 * of their file, and names since the last sync of the directory. A directory in it is another, with failures, forces and
 * room of its own.
 */
public final class MemoryDisk implements LogFiles {

    private static final class Content {
        byte[] now = new byte[0];
        byte[] forced = new byte[0];
    }

    private final Map<String, Content> names = new TreeMap<>();
    private Map<String, Content> durableNames = new TreeMap<>();
    private final Map<String, MemoryDisk> directories = new TreeMap<>();
    private final Set<String> locks = new HashSet<>();
    private long capacity = Long.MAX_VALUE;
    private boolean forceFails;
    private boolean truncateFails;
    private int forces;
    private Runnable afterList = () -> {};

    /** From now on the disk takes no more than {@code bytes} in all. */
    public synchronized void full(long bytes) {
        capacity = bytes;
    }

    public synchronized void forceFails(boolean fails) {
        forceFails = fails;
    }

    public synchronized void truncateFails(boolean fails) {
        truncateFails = fails;
    }

    /** Runs after each listing of the files, before whoever asked for it goes on. */
    public synchronized void afterList(Runnable meanwhile) {
        afterList = meanwhile;
    }

    public synchronized int forces() {
        return forces;
    }

    /** Bytes at the ends of files that a crash may take. */
    public synchronized long unforced() {
        return names.values().stream()
                .mapToLong(content -> content.now.length - content.forced.length)
                .sum();
    }

    public synchronized long used() {
        return names.values().stream().mapToLong(content -> content.now.length).sum();
    }

    /** The bytes of a file as a reader sees them now. */
    public synchronized byte[] bytes(String name) {
        return names.get(name).now.clone();
    }

    /** A copy whose file {@code name} holds {@code bytes} instead. */
    public synchronized MemoryDisk with(String name, byte[] bytes) {
        MemoryDisk copy = copy();
        Content content = new Content();
        content.now = bytes.clone();
        content.forced = content.now;
        copy.names.put(name, content);
        copy.durableNames.put(name, content);
        return copy;
    }

    public synchronized MemoryDisk without(String name) {
        MemoryDisk copy = copy();
        copy.names.remove(name);
        copy.durableNames.remove(name);
        return copy;
    }

    /** What is there now, all of it durable. */
    public synchronized MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        names.forEach((name, content) -> {
            Content same = new Content();
            same.now = content.now;
            same.forced = content.now;
            copy.names.put(name, same);
        });
        copy.durableNames = new TreeMap<>(copy.names);
        directories.forEach((name, inner) -> copy.directories.put(name, inner.copy()));
        return copy;
    }

    /** What a machine finds that lost its power now: of bytes not forced, any sectors of 512 bytes may have arrived. */
    public synchronized MemoryDisk crash(Random random) {
        MemoryDisk after = new MemoryDisk();
        durableNames.forEach((name, content) -> {
            Content left = new Content();
            left.now = content.forced.clone();
            if (content.now.length > left.now.length) {
                int arrived = left.now.length + random.nextInt(content.now.length - left.now.length + 1);
                left.now = Arrays.copyOf(left.now, arrived);
            }
            for (int sector = 0; sector < left.now.length; sector += 512) {
                int end = Math.min(sector + 512, Math.min(left.now.length, content.now.length));
                if (end > sector && random.nextBoolean()) {
                    System.arraycopy(content.now, sector, left.now, sector, end - sector);
                }
            }
            left.forced = left.now;
            after.names.put(name, left);
        });
        after.durableNames = new TreeMap<>(after.names);
        directories.forEach((name, inner) -> after.directories.put(name, inner.crash(random)));
        return after;
    }

    @Override
    public synchronized LogFile open(String name) {
        return new Handle(names.computeIfAbsent(name, created -> new Content()));
    }

    @Override
    public synchronized Optional<LogFile> openIfPresent(String name) {
        return exists(name) ? Optional.of(open(name)) : Optional.empty();
    }

    @Override
    public synchronized boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public synchronized List<String> list() {
        List<String> found = List.copyOf(names.keySet());
        afterList.run();
        return found;
    }

    @Override
    public synchronized void delete(String name) {
        names.remove(name);
    }

    @Override
    public synchronized void rename(String from, String to) {
        names.put(to, names.remove(from));
    }

    @Override
    public synchronized void syncDirectory() throws IOException {
        if (forceFails) {
            throw new IOException("Input/output error");
        }
        durableNames = new TreeMap<>(names);
    }

    @Override
    public synchronized MemoryDisk directory(String name) {
        return directories.computeIfAbsent(name, created -> new MemoryDisk());
    }

    @Override
    public synchronized List<String> directories() {
        return List.copyOf(directories.keySet());
    }

    @Override
    public synchronized Closeable lock(String name) throws IOException {
        if (!locks.add(name)) {
            throw new DirectoryInUseException(name, "this test");
        }
        return () -> {
            synchronized (this) {
                locks.remove(name);
            }
        };
    }

    @Override
    public synchronized long usableSpace() {
        return Math.max(0, capacity - used());
    }

    @Override
    public String describe(String name) {
        return "memory:" + name;
    }

    public Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new HashMap<>();
        names.forEach((name, content) -> sizes.put(name, content.now.length));
        return sizes;
    }

    private final class Handle implements LogFile {
        private final Content content;

        Handle(Content content) {
            this.content = content;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            synchronized (MemoryDisk.this) {
                int at = Math.toIntExact(position);
                long room = capacity - used() + Math.max(0, content.now.length - at);
                int written = (int) Math.max(0, Math.min(bytes.remaining(), room));
                byte[] after = Arrays.copyOf(content.now, Math.max(content.now.length, at + written));
                bytes.get(after, at, written);
                content.now = after;
                if (bytes.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public int read(long position, ByteBuffer into) {
            synchronized (MemoryDisk.this) {
                int length = (int) Math.max(0, Math.min(into.remaining(), content.now.length - position));
                if (length > 0) {
                    into.put(content.now, (int) position, length);
                }
                return length;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (MemoryDisk.this) {
                forces++;
                if (forceFails) {
                    throw new IOException("Input/output error");
                }
                content.forced = content.now;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryDisk.this) {
                if (truncateFails) {
                    throw new IOException("Input/output error");
                }
                if (size < content.now.length) {
                    content.now = Arrays.copyOf(content.now, (int) size);
                }
            }
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return content.now.length;
            }
        }

        @Override
        public void close() {}
    }
}
