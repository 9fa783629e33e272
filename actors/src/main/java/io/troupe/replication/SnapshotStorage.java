package io.troupe.replication;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Where the replicas of a node keep their snapshots. Calls may block; they come from actors on a dispatcher
 * meant for that. Different groups are used at the same time by different threads, one group by one thread
 * at a time, except that readers stay readable while later snapshots are written and older ones deleted.
 */
public interface SnapshotStorage {

    /**
     * A complete, durable snapshot.
     *
     * @param index last log index it covers; with {@code term} its identity within the group
     * @param length in bytes
     * @param checksum CRC-32C of all bytes
     */
    record Stored(String group, long index, long term, long length, int checksum) {}

    /** Begins a snapshot; nothing of it is visible before {@link Writer#commit}. */
    Writer create(String group, long index, long term) throws IOException;

    /** A snapshot being written; closing it uncommitted discards it. */
    interface Writer extends Closeable {

        OutputStream out();

        /**
         * Makes the snapshot durable and visible, replacing one of the same index and term. When this
         * returns, it survives a power failure.
         */
        Stored commit() throws IOException;

        /** Releases what the writer holds; discards the snapshot if it was not committed. */
        @Override
        void close() throws IOException;
    }

    /** @throws IOException also when the bytes turn out, at the latest at their end, to be damaged */
    InputStream open(Stored snapshot) throws IOException;

    /** Complete snapshots of {@code group}, by ascending index. */
    List<Stored> list(String group) throws IOException;

    default Optional<Stored> find(String group, long index, long term) throws IOException {
        return list(group).stream()
                .filter(stored -> stored.index() == index && stored.term() == term)
                .findFirst();
    }

    void delete(Stored snapshot) throws IOException;
}
