package io.troupe.chain;

import io.troupe.chain.ChainMessage.Offer;
import io.troupe.replication.SnapshotFetcher;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.replication.Snapshots;
import org.apache.pekko.actor.typed.ActorRef;

/** How a server that joins, or was long away, comes to what its predecessor has in a snapshot only (§3). */
final class StateTransfer {

    private final ChainServer server;
    private final Snapshots snapshots;
    private boolean fetching;

    StateTransfer(ChainServer server, Snapshots snapshots) {
        this.server = server;
        this.snapshots = snapshots;
    }

    boolean isFetching() {
        return fetching;
    }

    /** By the predecessor; there may be no snapshot yet. */
    void offerTo(String node) {
        Position snapshot = server.compaction.snapshot();
        long epoch = server.epoch();
        ActorRef<FetchChunk> from = server.self.narrow();
        if (snapshot.index() > 0) {
            server.peers
                    .at(node)
                    .ifPresent(peer -> snapshots.find(
                            snapshot.index(),
                            snapshot.epoch(),
                            stored -> peer.tell(new Offer(epoch, snapshot, stored.length(), stored.checksum(), from))));
        }
    }

    void onFetchChunk(FetchChunk fetch) {
        snapshots.read(fetch, server.settings.maxMessageBytes());
    }

    void onOffer(Offer offer) {
        Position snapshot = offer.snapshot();
        if (fetching || !server.epochs.isActiveIn(offer.epoch())) {
            return;
        }
        if (snapshot.index() <= server.history.lastIndex()) {
            server.upstream.connect(); // The predecessor goes by what was here before, and came late.
        } else {
            fetching = true;
            snapshots.fetch(
                    new SnapshotFetcher.Offered(snapshot.index(), snapshot.epoch(), offer.length(), offer.checksum()),
                    offer.from(),
                    server.settings.failureTimeout());
        }
    }

    void onFetched(SnapshotFetcher.Fetched fetched) {
        fetching = false;
        if (!server.epochs.isEntering() && fetched.index() > server.history.lastIndex()) {
            server.install(new Position(fetched.index(), fetched.term()));
        }
    }

    void onFetchFailed() {
        fetching = false;
    }
}
