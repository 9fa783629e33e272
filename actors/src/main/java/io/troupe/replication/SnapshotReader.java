package io.troupe.replication;

import io.troupe.replication.SnapshotFetcher.Chunk;
import io.troupe.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** Reads for one who fetches a snapshot, once, and stops. Runs where blocking is allowed. */
public final class SnapshotReader {

    /** To the replica that offered a snapshot, by the {@link SnapshotFetcher} of another. */
    public record FetchChunk(long index, long term, long offset, ActorRef<Chunk> replyTo)
            implements Wire, Replica.Message {}

    private SnapshotReader() {}

    /** Nobody is told when the snapshot is gone. */
    static Behavior<Void> find(
            SnapshotStorage storage, String group, long index, long term, Consumer<SnapshotStorage.Stored> found) {
        return Behaviors.setup(context -> {
            try {
                storage.find(group, index, term).ifPresent(found);
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group).error("Snapshots of group {} cannot be listed", group, e);
            }
            return Behaviors.stopped();
        });
    }

    /** A snapshot that is gone, or cannot be read, gives an empty chunk: the fetcher asks elsewhere. */
    static Behavior<Void> read(SnapshotStorage storage, String group, FetchChunk fetch, long bytesMax) {
        return Behaviors.setup(context -> {
            ByteString data = ByteString.emptyByteString();
            try {
                Optional<SnapshotStorage.Stored> stored = storage.find(group, fetch.index(), fetch.term());
                if (stored.isPresent()) {
                    data = read(storage, stored.get(), fetch.offset(), bytesMax);
                }
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group)
                        .error("Snapshot at {} of group {} cannot be read", fetch.index(), group, e);
            }
            fetch.replyTo().tell(new Chunk(fetch.index(), fetch.term(), fetch.offset(), data));
            return Behaviors.stopped();
        });
    }

    private static ByteString read(SnapshotStorage storage, SnapshotStorage.Stored stored, long offset, long bytesMax)
            throws IOException {
        try (InputStream in = storage.open(stored)) {
            in.skipNBytes(offset);
            return ByteString.fromArrayUnsafe(
                    in.readNBytes(Math.toIntExact(Math.min(bytesMax, stored.length() - offset))));
        }
    }
}
