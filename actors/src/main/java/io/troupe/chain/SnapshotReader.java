package io.troupe.chain;

import io.troupe.chain.ChainMessage.Chunk;
import io.troupe.chain.ChainMessage.FetchChunk;
import io.troupe.chain.ChainMessage.Offer;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** Reads for one who fetches a snapshot, once, and stops. Runs where blocking is allowed. */
final class SnapshotReader {

    private SnapshotReader() {}

    /** Offers the snapshot, if it is still there. */
    static Behavior<Void> offer(
            SnapshotStorage storage,
            String group,
            Position snapshot,
            long epoch,
            ActorRef<ChainMessage> replyTo,
            ActorRef<ChainMessage> from) {
        return Behaviors.setup(context -> {
            try {
                storage.find(group, snapshot.index(), snapshot.epoch())
                        .ifPresent(stored ->
                                replyTo.tell(new Offer(epoch, snapshot, stored.length(), stored.checksum(), from)));
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
                Optional<SnapshotStorage.Stored> stored = storage.find(
                        group, fetch.snapshot().index(), fetch.snapshot().epoch());
                if (stored.isPresent()) {
                    data = read(storage, stored.get(), fetch.offset(), bytesMax);
                }
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group)
                        .error("Snapshot {} of group {} cannot be read", fetch.snapshot(), group, e);
            }
            fetch.replyTo().tell(new Chunk(fetch.snapshot(), fetch.offset(), data));
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
