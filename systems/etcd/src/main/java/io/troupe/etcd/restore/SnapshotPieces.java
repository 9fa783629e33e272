package io.troupe.etcd.restore;

import io.troupe.etcd.bolt.BoltFile;
import io.troupe.etcd.mvcc.DatabaseReader;
import io.troupe.etcd.mvcc.Imports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** A snapshot file as commands, each small enough for the log. */
final class SnapshotPieces {

    private static final int PIECE_BYTES = 512 * 1024;

    /** Takes the pieces in order; returns when there is room for the next. */
    @FunctionalInterface
    interface Sink {
        void take(ByteString piece) throws IOException;
    }

    private final long id;
    private final Sink sink;
    private final List<Imports.Stored> piece = new ArrayList<>();
    private long bytes;
    private long reached;

    private SnapshotPieces(long id, long reached, Sink sink) {
        this.id = id;
        this.reached = reached;
        this.sink = sink;
    }

    /**
     * @param path a snapshot's file, or the data directory that it was restored to
     * @param reached the revision that the store has reached; what is not after it is skipped
     * @throws IOException when the file is no whole snapshot of an etcd
     */
    static void send(Path path, long reached, Sink sink) throws IOException {
        SnapshotFile snapshot = SnapshotFile.at(path);
        long id = snapshot.id();
        try (BoltFile file = BoltFile.open(snapshot.database())) {
            var database = new DatabaseReader(file);
            sink.take(Imports.begin(id, database.leases()));
            var pieces = new SnapshotPieces(id, reached, sink);
            database.forEachChange(pieces::add);
            pieces.flush(pieces.piece.size());
            sink.take(Imports.end(id, pieces.reached, database.compacted(), database.auth()));
        }
    }

    private void add(Imports.Stored change) throws IOException {
        if (change.main() <= reached) {
            return;
        }
        boolean next = piece.isEmpty() || piece.get(piece.size() - 1).main() != change.main();
        if (next && bytes >= PIECE_BYTES) {
            flush(piece.size());
        }
        piece.add(change);
        bytes += change.pair().getSerializedSize();
    }

    private void flush(int count) throws IOException {
        if (count > 0) {
            sink.take(Imports.changes(id, reached, List.copyOf(piece)));
            reached = piece.get(count - 1).main();
            piece.clear();
            bytes = 0;
        }
    }
}
