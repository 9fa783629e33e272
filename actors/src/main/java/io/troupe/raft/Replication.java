package io.troupe.raft;

import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The leader's replicators, one a peer, and how far each peer has come. A peer that left the group keeps its replicator
 * for an election timeout, so that it hears that it may go.
 */
final class Replication {

    private static final class Peer {
        final ActorRef<Replicator.Command> replicator;
        final long generation;
        final CatchUp catchUp;
        long matchIndex;
        int ticksToLeave = Integer.MAX_VALUE;

        Peer(ActorRef<Replicator.Command> replicator, long generation, CatchUp catchUp) {
            this.replicator = replicator;
            this.generation = generation;
            this.catchUp = catchUp;
        }
    }

    private final RaftServer server;
    private final TreeMap<String, Peer> peers = new TreeMap<>();
    private long generations;

    Replication(RaftServer server) {
        this.server = server;
    }

    /** Every peer of the configuration in force gets a replicator, from when it is appended (§6). */
    void follow(Configuration configuration) {
        for (String peer : configuration.peersOf(server.node)) {
            peers.computeIfAbsent(peer, this::spawn).ticksToLeave = Integer.MAX_VALUE;
        }
    }

    private Peer spawn(String peer) {
        long generation = ++generations;
        var leadership = new Replicator.Leadership(
                server.group, server.node, server.term(), server.settings, server.storage, server.self.narrow());
        ActorRef<Replicator.Command> replicator = server.context.spawn(
                Replicator.create(leadership, peer, generation, advance()),
                "replicator-" + peer + "-" + server.term() + "-" + generation);
        server.context.watch(replicator); // When one fails, so does the replica: half a leader is worse than none.
        replicator.tell(new Replicator.PeerAt(server.peer(peer)));
        return new Peer(
                replicator,
                generation,
                new CatchUp(server.settings.electionTicks(), server.log().lastIndex()));
    }

    /** {@code configuration} is committed: who is not in it leaves. */
    void settle(Configuration configuration) {
        peers.forEach((node, peer) -> {
            if (!configuration.isMember(node)) {
                peer.ticksToLeave = Math.min(peer.ticksToLeave, server.settings.electionTicks());
            }
        });
    }

    void onTick() {
        peers.values().removeIf(peer -> {
            peer.catchUp.onTick();
            boolean leaves = peer.ticksToLeave != Integer.MAX_VALUE && --peer.ticksToLeave <= 0;
            if (leaves) {
                stop(peer);
            }
            return leaves;
        });
    }

    /** @return whether it tells of a peer that is still replicated to; else it comes too late to mean anything */
    boolean onProgress(Replicator.Progress progress) {
        Peer peer = peers.get(progress.peer());
        if (peer == null || peer.generation != progress.generation()) {
            return false;
        }
        peer.matchIndex = Math.max(peer.matchIndex, progress.matchIndex());
        peer.catchUp.onProgress(peer.matchIndex, server.log().lastIndex());
        return true;
    }

    /** Known to be durable at the peer. */
    long matchIndex(String node) {
        Peer peer = peers.get(node);
        return peer == null ? 0 : peer.matchIndex;
    }

    boolean hasCaughtUp(String node) {
        Peer peer = peers.get(node);
        return peer != null && peer.catchUp.isDone();
    }

    void peerAt(String node, Optional<ActorRef<RaftMessage>> replica) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.replicator.tell(new Replicator.PeerAt(replica));
        }
    }

    /** The log or the commit index has grown. */
    void advanceAll() {
        var advance = advance();
        peers.values().forEach(peer -> peer.replicator.tell(advance));
    }

    private Replicator.Advance advance() {
        return new Replicator.Advance(server.log(), server.snapshot(), server.commitIndex());
    }

    void beat(long round) {
        var beat = new Replicator.Beat(round);
        peers.values().forEach(peer -> peer.replicator.tell(beat));
    }

    void stop() {
        peers.values().forEach(this::stop);
        peers.clear();
    }

    private void stop(Peer peer) {
        server.context.unwatch(peer.replicator);
        server.context.stop(peer.replicator);
    }
}
