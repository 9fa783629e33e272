package io.troupe.replication;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.CRC32C;

/** Snapshots in memory, for simulations and tests; outlives the actors that use it, like a disk. */
public final class InMemorySnapshotStorage implements SnapshotStorage {

    private record Key(String group, long index, long term) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byGroup = group.compareTo(other.group);
            int byIndex = Long.compare(index, other.index);
            return byGroup != 0 ? byGroup : byIndex != 0 ? byIndex : Long.compare(term, other.term);
        }
    }

    private final Map<Key, byte[]> snapshots = new ConcurrentSkipListMap<>();

    @Override
    public Writer create(String group, long index, long term) {
        var bytes = new ByteArrayOutputStream();
        return new Writer() {
            @Override
            public OutputStream out() {
                return bytes;
            }

            @Override
            public Stored commit() {
                snapshots.put(new Key(group, index, term), bytes.toByteArray());
                return stored(new Key(group, index, term), bytes.toByteArray());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public InputStream open(Stored snapshot) throws IOException {
        byte[] bytes = snapshots.get(new Key(snapshot.group(), snapshot.index(), snapshot.term()));
        if (bytes == null) {
            throw new IOException("No such snapshot: " + snapshot);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public List<Stored> list(String group) {
        List<Stored> found = new ArrayList<>();
        snapshots.forEach((key, bytes) -> {
            if (key.group().equals(group)) {
                found.add(stored(key, bytes));
            }
        });
        return found;
    }

    @Override
    public void delete(Stored snapshot) {
        snapshots.remove(new Key(snapshot.group(), snapshot.index(), snapshot.term()));
    }

    private static Stored stored(Key key, byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length);
        return new Stored(key.group(), key.index(), key.term(), bytes.length, (int) checksum.getValue());
    }
}
