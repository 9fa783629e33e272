package io.troupe.persistence.replicated;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Files whose bytes need not survive the process: nothing is ever synced. */
record UnsyncedFiles(LogFiles files) implements LogFiles {

    @Override
    public LogFile open(String name) throws IOException {
        return new Unsynced(files.open(name));
    }

    @Override
    public Optional<LogFile> openIfPresent(String name) throws IOException {
        return files.openIfPresent(name).map(Unsynced::new);
    }

    @Override
    public boolean exists(String name) throws IOException {
        return files.exists(name);
    }

    @Override
    public List<String> list() throws IOException {
        return files.list();
    }

    @Override
    public void delete(String name) throws IOException {
        files.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void syncDirectory() {}

    @Override
    public LogFiles directory(String name) throws IOException {
        return new UnsyncedFiles(files.directory(name));
    }

    @Override
    public List<String> directories() throws IOException {
        return files.directories();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return files.lock(name);
    }

    @Override
    public long usableSpace() throws IOException {
        return files.usableSpace();
    }

    @Override
    public String describe(String name) {
        return files.describe(name);
    }

    private record Unsynced(LogFile file) implements LogFile {
        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            file.write(position, bytes);
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            return file.read(position, into);
        }

        @Override
        public void force() {}

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
