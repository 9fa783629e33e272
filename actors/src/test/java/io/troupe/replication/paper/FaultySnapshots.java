package io.troupe.replication.paper;

import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Snapshots in memory whose disk can be told to be full, or to have rotted. */
public final class FaultySnapshots implements SnapshotStorage {

    public final AtomicInteger begun = new AtomicInteger();
    private final SnapshotStorage inner = new InMemorySnapshotStorage();
    public volatile boolean full;
    /** What is stored now reads back wrong; what is written later does not. */
    public volatile boolean rotten;

    private volatile Door door = Door.standingOpen();

    /** From now on it takes until {@link #letGo} to write one. */
    public void hold() {
        door = new Door();
    }

    public void letGo() {
        door.open();
    }

    @Override
    public Writer create(String group, long index, long term) throws IOException {
        begun.incrementAndGet();
        if (full) {
            throw new IOException("no space left");
        }
        rotten = false;
        door.pass();
        return inner.create(group, index, term);
    }

    @Override
    public InputStream open(Stored snapshot) throws IOException {
        byte[] bytes = inner.open(snapshot).readAllBytes();
        if (rotten) {
            bytes[bytes.length / 2] ^= 1;
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public List<Stored> list(String group) throws IOException {
        return inner.list(group);
    }

    @Override
    public void delete(Stored snapshot) throws IOException {
        inner.delete(snapshot);
    }
}
