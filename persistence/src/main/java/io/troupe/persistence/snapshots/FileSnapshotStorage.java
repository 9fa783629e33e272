package io.troupe.persistence.snapshots;

import io.troupe.persistence.files.DiskFiles;
import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots of a node's consensus groups: a folder per group, a file per snapshot. Safe for use by several threads. */
public final class FileSnapshotStorage implements SnapshotStorage {

    private static final Logger LOG = LoggerFactory.getLogger(FileSnapshotStorage.class);
    private static final Pattern NAME = Pattern.compile("snapshot-(\\d+)-(\\d+)");
    private static final String PARTIAL = "partial-";
    /** Synced as it grows: one sync of all of a large snapshot would hold up those of the journal on the same disk. */
    private static final int SYNC_BYTES = 1 << 20;

    private final LogFiles root;
    private final AtomicLong partials = new AtomicLong();

    /** Uses {@code folder}, which is created when it does not exist and must not be used by another process. */
    public FileSnapshotStorage(Path folder) throws IOException {
        this(new DiskFiles(folder));
    }

    /** Uses {@code root}, removing what a crash left half written. */
    public FileSnapshotStorage(LogFiles root) throws IOException {
        this.root = root;
        for (String group : root.directories()) {
            LogFiles folder = root.directory(group);
            for (String name : folder.list()) {
                if (name.startsWith(PARTIAL)) {
                    folder.delete(name);
                }
            }
        }
    }

    private LogFiles folder(String group) throws IOException {
        return root.directory("group-" + URLEncoder.encode(group, StandardCharsets.UTF_8));
    }

    private static String name(long index, long term) {
        return "snapshot-" + index + "-" + term;
    }

    @Override
    public Writer create(String group, long index, long term) throws IOException {
        LogFiles folder = folder(group);
        String partial = PARTIAL + partials.incrementAndGet();
        return new FileWriter(folder, partial, folder.open(partial), group, index, term);
    }

    @Override
    public InputStream open(Stored snapshot) throws IOException {
        LogFiles folder = folder(snapshot.group());
        String name = name(snapshot.index(), snapshot.term());
        LogFile file = folder.openIfPresent(name)
                .orElseThrow(() -> new IOException("Snapshot " + folder.describe(name) + " does not exist"));
        try {
            return new SnapshotInput(file, SnapshotFile.read(file, folder.describe(name)), folder.describe(name));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The group's snapshots, but for those that are deleted meanwhile, and damaged ones, of which a warning is given. */
    @Override
    public List<Stored> list(String group) throws IOException {
        LogFiles folder = folder(group);
        List<Stored> found = new ArrayList<>();
        for (String name : folder.list()) {
            Matcher parts = NAME.matcher(name);
            if (parts.matches()) {
                long index = Long.parseLong(parts.group(1));
                long term = Long.parseLong(parts.group(2));
                layout(folder, name)
                        .ifPresent(layout ->
                                found.add(new Stored(group, index, term, layout.length(), layout.checksum())));
            }
        }
        found.sort(Comparator.comparingLong(Stored::index).thenComparingLong(Stored::term));
        return found;
    }

    private static Optional<SnapshotFile> layout(LogFiles folder, String name) throws IOException {
        Optional<LogFile> present = folder.openIfPresent(name);
        if (present.isEmpty()) {
            return Optional.empty();
        }
        try (LogFile file = present.get()) {
            return Optional.of(SnapshotFile.read(file, folder.describe(name)));
        } catch (DamagedSnapshotException damaged) {
            LOG.warn("Passing over {}", damaged.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void delete(Stored snapshot) throws IOException {
        LogFiles folder = folder(snapshot.group());
        folder.delete(name(snapshot.index(), snapshot.term()));
        folder.syncDirectory();
    }

    private static final class FileWriter implements Writer {
        private final LogFiles folder;
        private final String partial;
        private final LogFile file;
        private final String group;
        private final long index;
        private final long term;
        private final CRC32C checksum = new CRC32C();
        private long length;
        private int unsynced;
        private boolean closed;

        FileWriter(LogFiles folder, String partial, LogFile file, String group, long index, long term) {
            this.folder = folder;
            this.partial = partial;
            this.file = file;
            this.group = group;
            this.index = index;
            this.term = term;
        }

        @Override
        public OutputStream out() {
            return new OutputStream() {
                @Override
                public void write(int oneByte) throws IOException {
                    write(new byte[] {(byte) oneByte}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    file.write(length, ByteBuffer.wrap(bytes, offset, count));
                    checksum.update(bytes, offset, count);
                    length += count;
                    unsynced += count;
                    if (unsynced >= SYNC_BYTES) {
                        file.force();
                        unsynced = 0;
                    }
                }
            };
        }

        @Override
        public Stored commit() throws IOException {
            SnapshotFile layout = new SnapshotFile(length, (int) checksum.getValue());
            file.write(length, layout.footer());
            file.force();
            file.close();
            folder.rename(partial, name(index, term));
            folder.syncDirectory();
            closed = true;
            return new Stored(group, index, term, layout.length(), layout.checksum());
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                file.close();
                folder.delete(partial);
            }
        }
    }
}
