package io.troupe.replication.paper;

import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Snapshots in memory whose disk can be told to be full, or to have rotted. */
public final class FaultySnapshots implements SnapshotStorage {

    public final AtomicInteger begun = new AtomicInteger();
    private final SnapshotStorage inner = new InMemorySnapshotStorage();
    public volatile boolean full;
    /** What is stored now reads back wrong; what is written later does not. */
    public volatile boolean rotten;

    private volatile CountDownLatch held = new CountDownLatch(0);

    /** From now on it takes until {@link #letGo} to write one. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    public void letGo() {
        held.countDown();
    }

    @Override
    public Writer create(String group, long index, long term) throws IOException {
        begun.incrementAndGet();
        if (full) {
            throw new IOException("no space left");
        }
        rotten = false;
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("nobody let it go");
        }
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
