package io.troupe.raft;

import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Where a leader finds the snapshots that it sends to witnesses: of whatever index they have no bytes. */
enum EmptySnapshots implements SnapshotStorage {
    INSTANCE;

    @Override
    public Optional<Stored> find(String group, long index, long term) {
        return Optional.of(new Stored(group, index, term, 0, 0));
    }

    @Override
    public InputStream open(Stored snapshot) {
        return InputStream.nullInputStream();
    }

    @Override
    public List<Stored> list(String group) {
        return List.of();
    }

    @Override
    public Writer create(String group, long index, long term) throws IOException {
        throw new IOException("Nothing is written here; asked for snapshot " + index + " of group " + group);
    }

    @Override
    public void delete(Stored snapshot) throws IOException {
        throw new IOException("Nothing is kept here; asked to delete " + snapshot);
    }
}
