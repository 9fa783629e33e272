package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Fetch;
import io.troupe.paxos.PaxosMessage.Learned;
import io.troupe.paxos.PaxosMessage.Offer;
import java.util.Optional;

/**
 * How a replica that is behind learns what is decided (Paxos Made Live, §5.5): from whom it heard that it is, and when that
 * one is silent from any other. One question is under way at a time.
 */
final class CatchUp {

    private final PaxosServer server;
    private Optional<String> source = Optional.empty();
    private int ticksSilent;
    private Optional<SnapshotMetadata> fetching = Optional.empty();

    CatchUp(PaxosServer server) {
        this.server = server;
    }

    /** {@code peer} knows more. */
    void behind(String peer) {
        if (source.isEmpty() && fetching.isEmpty()) {
            ask(Optional.of(peer));
        }
    }

    /** A snapshot, which takes as long as it takes. */
    boolean isFetching() {
        return fetching.isPresent();
    }

    private void ask(Optional<String> peer) {
        source = peer;
        ticksSilent = 0;
        peer.ifPresent(name -> server.tell(name, new Fetch(server.chosenThrough() + 1, server.self.narrow())));
    }

    void onLearned(Learned learned) {
        server.learn(learned.decrees());
        if (source.isPresent() && fetching.isEmpty()) {
            ask(server.chosenThrough() < learned.chosenThrough() ? source : Optional.empty());
        }
    }

    void onOffer(Offer offer) {
        if (fetching.isEmpty() && offer.snapshot().index() > server.chosenThrough()) {
            fetching = Optional.of(offer.snapshot());
            server.fetchSnapshot(offer);
        }
    }

    /** The snapshot is in the storage. */
    void onFetched() {
        SnapshotMetadata fetched = fetching.orElseThrow();
        fetching = Optional.empty();
        if (fetched.index() > server.chosenThrough()) {
            server.install(fetched, () -> server.compaction().rests(fetched));
        }
        ask(server.anyPeer());
    }

    void onFetchFailed() {
        fetching = Optional.empty();
        ask(server.anyPeer());
    }

    void onTick() {
        if (source.isPresent() && fetching.isEmpty() && ++ticksSilent > server.settings.electionTicks()) {
            ask(server.anyPeer());
        }
    }
}
