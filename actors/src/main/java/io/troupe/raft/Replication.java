package io.troupe.raft;

import io.troupe.replication.CatchUpRounds;
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
        final CatchUpRounds catchUp;
        long matchIndex;
        /** Also while it leaves. */
        boolean witness;

        int ticksToLeave = Integer.MAX_VALUE;

        Peer(ActorRef<Replicator.Command> replicator, long generation, CatchUpRounds catchUp) {
            this.replicator = replicator;
            this.generation = generation;
            this.catchUp = catchUp;
        }

        boolean leaves() {
            return ticksToLeave != Integer.MAX_VALUE;
        }
    }

    private final RaftServer server;
    private final TreeMap<String, Peer> peers = new TreeMap<>();
    private long generations;
    private boolean hasWitnesses;
    private long witnessIndex;

    Replication(RaftServer server) {
        this.server = server;
    }

    /** Every peer of the configuration in force gets a replicator, from when it is appended (§6). */
    void follow(Configuration configuration) {
        for (String node : configuration.peersOf(server.node)) {
            Peer peer = peers.get(node);
            if (peer != null && peer.leaves()) { // It comes back before it was gone, perhaps with an empty disk.
                stop(peer);
                peer = null;
            }
            if (peer == null) {
                peer = spawn(node);
                peers.put(node, peer);
            }
            peer.witness = configuration.isWitness(node);
            hasWitnesses |= peer.witness;
        }
    }

    private Peer spawn(String peer) {
        long generation = ++generations;
        var leadership = new Replicator.Leadership(
                server.group, server.node, server.term(), server.settings, server.storage, server.self.narrow());
        ActorRef<Replicator.Command> replicator = server.context.spawn(
                Replicator.create(
                        leadership,
                        peer,
                        generation,
                        advance(server.configuration().isWitness(peer))),
                "replicator-" + peer + "-" + server.term() + "-" + generation);
        server.context.watch(replicator); // When one fails, so does the replica: half a leader is worse than none.
        replicator.tell(new Replicator.PeerAt(server.peer(peer)));
        return new Peer(
                replicator,
                generation,
                new CatchUpRounds(server.settings.electionTicks(), server.log().lastIndex()));
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
            boolean gone = peer.leaves() && --peer.ticksToLeave <= 0;
            if (gone) {
                stop(peer);
            }
            return gone;
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
        return peer != null && peer.catchUp.areDone();
    }

    void peerAt(String node, Optional<ActorRef<RaftMessage>> replica) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.replicator.tell(new Replicator.PeerAt(replica));
        }
    }

    /** The log or the commit index has grown. */
    void advanceAll() {
        tellAll(false);
        advanceWitnesses();
    }

    /** What witnesses may get has grown. */
    void advanceWitnesses() {
        if (hasWitnesses) {
            tellAll(true);
        }
    }

    private void tellAll(boolean witnesses) {
        Replicator.Advance advance = advance(witnesses);
        peers.values().forEach(peer -> {
            if (peer.witness == witnesses) {
                peer.replicator.tell(advance);
            }
        });
    }

    private Replicator.Advance advance(boolean witness) {
        LogView log = witness ? forWitnesses() : server.log();
        return new Replicator.Advance(log, server.snapshot(), server.commitIndex(), witness);
    }

    /**
     * A witness never has an entry that no voter with a state has durably, nor one that such a voter lacks which keeps pace:
     * the leader may be lost, or what it had not written yet, and the witness would vote for nobody with less than itself. So
     * it comes last, and decides when too few others are left, as the auxiliaries in Lamport and Massa, Cheap Paxos (DSN 2004).
     */
    private LogView forWitnesses() {
        long somewhere = 0;
        long everywhere = Long.MAX_VALUE;
        for (String node : server.configuration().votersWithState()) {
            Peer peer = peers.get(node);
            if (node.equals(server.node)) {
                somewhere = Math.max(somewhere, server.frontier.durableIndex());
            } else if (peer != null) {
                somewhere = Math.max(somewhere, peer.matchIndex);
                everywhere = peer.catchUp.areDone() ? Math.min(everywhere, peer.matchIndex) : everywhere;
            }
        }
        long index = Math.min(somewhere, everywhere);
        witnessIndex =
                Math.max(Math.max(witnessIndex, index), server.log().base().index());
        return server.log().endingAt(witnessIndex);
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
