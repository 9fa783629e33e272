package io.troupe.raft;

import io.troupe.replication.SnapshotStorage;
import io.troupe.sim.Simulation;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Tells when what a server receives is interrupted, and when a sender goes on in the middle. */
final class WatchedSnapshots implements SnapshotStorage {

    private final Simulation sim;
    private final SnapshotStorage inner;
    /** Of another server: its own a server writes in one step. */
    private boolean receiving;

    WatchedSnapshots(Simulation sim, SnapshotStorage inner) {
        this.sim = sim;
        this.inner = inner;
    }

    @Override
    public Writer create(String group, long index, long term) throws IOException {
        if (receiving) {
            sim.reached(Reached.INSTALL_INTERRUPTED);
        }
        receiving = true;
        Writer writer = inner.create(group, index, term);
        return new Writer() {
            @Override
            public OutputStream out() {
                return writer.out();
            }

            @Override
            public Stored commit() throws IOException {
                receiving = false;
                return writer.commit();
            }

            @Override
            public void close() throws IOException {
                writer.close();
            }
        };
    }

    @Override
    public InputStream open(Stored snapshot) throws IOException {
        return new FilterInputStream(inner.open(snapshot)) {
            @Override
            public void skipNBytes(long count) throws IOException {
                if (count > 0) {
                    sim.reached(Reached.INSTALL_RESUMED);
                }
                super.skipNBytes(count);
            }
        };
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
