package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * A directory in memory that remembers, for every file, the changes since its last force, and for itself the names
 * changed since its last sync, so that everything a crash may leave can be enumerated ({@link Crash}). Operations that
 * change something are counted; each may be made to fail, and somebody may look after each.
 */
public final class CrashDisk implements LogFiles {

    /** A change of a file: bytes written at an offset, or, without bytes, a cut to that length. */
    record Change(int at, byte[] bytes, boolean cut) {
        byte[] applied(byte[] before) {
            if (cut) {
                return Arrays.copyOf(before, Math.min(before.length, at));
            }
            byte[] after = Arrays.copyOf(before, Math.max(before.length, at + bytes.length));
            System.arraycopy(bytes, 0, after, at, bytes.length);
            return after;
        }
    }

    /** What is behind a name, or several names, or none any more. */
    static final class Inode {
        byte[] durable = new byte[0];
        byte[] now = new byte[0];
        final List<Change> unforced = new ArrayList<>();

        private void change(Change change) {
            now = change.applied(now);
            unforced.add(change);
        }
    }

    /** A change of names: {@code inode} gets the name, or loses it; {@code from} is the name it had, when renamed. */
    record NameChange(String name, Inode inode, boolean gone, String from) {}

    final Map<String, Inode> durableNames = new TreeMap<>();
    final Map<String, Inode> names = new TreeMap<>();
    final List<NameChange> unsynced = new ArrayList<>();
    private final Set<String> locks = new HashSet<>();
    private IntPredicate fails = operation -> false;
    private Runnable afterEach = () -> {};
    private Runnable beforeForce = () -> {};
    private int operations;
    private Inode lastWritten = new Inode();

    /** A disk that holds {@code files}, all of it durable. */
    public static CrashDisk of(Map<String, byte[]> files) {
        CrashDisk disk = new CrashDisk();
        files.forEach((name, bytes) -> {
            Inode inode = new Inode();
            inode.durable = bytes;
            inode.now = bytes;
            disk.names.put(name, inode);
        });
        disk.durableNames.putAll(disk.names);
        return disk;
    }

    /** Whether the {@code n}th operation that changes something, from 1, fails with an I/O error. */
    public void failing(IntPredicate which) {
        fails = which;
    }

    /** Runs after each operation that changed something, or failed to. */
    public void afterEach(Runnable look) {
        afterEach = look;
    }

    /** Runs before each force of a file, as if meanwhile. */
    public void beforeForce(Runnable meanwhile) {
        beforeForce = meanwhile;
    }

    public int operations() {
        return operations;
    }

    /** The file that was changed or forced last. */
    Inode lastWritten() {
        return lastWritten;
    }

    /** What a reader sees now. */
    public Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>();
        names.forEach((name, inode) -> files.put(name, inode.now));
        return files;
    }

    /** Counts an operation; it fails when it should. */
    private void operation(String what) throws IOException {
        operations++;
        if (fails.test(operations)) {
            afterEach.run();
            throw new IOException("Input/output error in operation " + operations + ", " + what);
        }
    }

    private void rename(NameChange change) {
        apply(change, names);
        unsynced.add(change);
        afterEach.run();
    }

    /** Does {@code change} to {@code names}; nothing when it is not possible there. */
    static void apply(NameChange change, Map<String, Inode> names) {
        if (change.gone()) {
            names.remove(change.name());
        } else if (change.from().isEmpty()) {
            names.put(change.name(), change.inode());
        } else if (names.remove(change.from(), change.inode())) {
            names.put(change.name(), change.inode());
        }
    }

    @Override
    public LogFile open(String name) throws IOException {
        Inode inode = names.get(name);
        if (inode == null) {
            operation("create " + name);
            inode = new Inode();
            rename(new NameChange(name, inode, false, ""));
        }
        return new Handle(inode, name);
    }

    @Override
    public Optional<LogFile> openIfPresent(String name) throws IOException {
        return exists(name) ? Optional.of(open(name)) : Optional.empty();
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public void delete(String name) throws IOException {
        Inode inode = names.get(name);
        if (inode != null) {
            operation("delete " + name);
            rename(new NameChange(name, inode, true, ""));
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        operation("rename " + from + " to " + to);
        rename(new NameChange(to, names.get(from), false, from));
    }

    @Override
    public void syncDirectory() throws IOException {
        operation("sync of the directory");
        durableNames.clear();
        durableNames.putAll(names);
        unsynced.clear();
        afterEach.run();
    }

    @Override
    public LogFiles directory(String name) {
        throw new UnsupportedOperationException("a flat disk");
    }

    @Override
    public List<String> directories() {
        return List.of();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        if (!locks.add(name)) {
            throw new DirectoryInUseException(name, "this test");
        }
        return () -> locks.remove(name);
    }

    @Override
    public long usableSpace() {
        return Long.MAX_VALUE / 2;
    }

    @Override
    public String describe(String name) {
        return "memory:" + name;
    }

    private final class Handle implements LogFile {
        private final Inode inode;
        private final String name;

        Handle(Inode inode, String name) {
            this.inode = inode;
            this.name = name;
        }

        /** A write that fails has written its first half: a full disk takes what it can. */
        @Override
        public void write(long position, ByteBuffer from) throws IOException {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            lastWritten = inode;
            try {
                operation("write to " + name);
            } catch (IOException e) {
                inode.change(new Change((int) position, Arrays.copyOf(bytes, bytes.length / 2), false));
                throw e;
            }
            inode.change(new Change((int) position, bytes, false));
            afterEach.run();
        }

        @Override
        public int read(long position, ByteBuffer into) {
            int length = (int) Math.max(0, Math.min(into.remaining(), inode.now.length - position));
            if (length > 0) {
                into.put(inode.now, (int) position, length);
            }
            return length;
        }

        /** After a force that failed the system takes the file for clean: no later one writes what that one did not. */
        @Override
        public void force() throws IOException {
            beforeForce.run();
            lastWritten = inode;
            try {
                operation("force of " + name);
            } catch (IOException e) {
                inode.unforced.clear();
                throw e;
            }
            for (Change change : inode.unforced) {
                inode.durable = change.applied(inode.durable);
            }
            inode.unforced.clear();
            afterEach.run();
        }

        @Override
        public void truncate(long size) throws IOException {
            lastWritten = inode;
            operation("truncate " + name);
            inode.change(new Change((int) size, new byte[0], true));
            afterEach.run();
        }

        @Override
        public long size() {
            return inode.now.length;
        }

        @Override
        public void close() {}
    }
}
