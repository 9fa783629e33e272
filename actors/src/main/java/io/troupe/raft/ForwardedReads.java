package io.troupe.raft;

import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Linearizable reads at a follower (§8; thesis §6.4): one question to the leader is under way for all reads that
 * came before it; what comes meanwhile goes with the next.
 */
final class ForwardedReads {

    private final RaftServer server;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<Replica.Query> asked = new ArrayList<>();
    private long id;
    private int ticksSilent;

    ForwardedReads(RaftServer server) {
        this.server = server;
    }

    void add(Replica.Query query) {
        int waiting = collecting.size() + asked.size() + server.readsAtApplier();
        if (waiting >= server.settings.maxPendingReads()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
            return;
        }
        collecting.add(query);
        askNext();
    }

    private void askNext() {
        if (!asked.isEmpty() || collecting.isEmpty()) {
            return;
        }
        Optional<ActorRef<RaftMessage>> leader = server.leader().flatMap(server::peer);
        if (leader.isEmpty()) {
            rejectAll("group " + server.group + " has no leader that " + server.node + " can reach");
            return;
        }
        asked = collecting;
        collecting = new ArrayList<>();
        ticksSilent = 0;
        id = server.nextReadId();
        boolean lease = asked.stream().allMatch(query -> query.consistency() == ReadConsistency.LEASE);
        leader.get().tell(new ReadIndex(server.node, id, lease, server.self.narrow()));
    }

    void onReply(ReadIndexReply reply) {
        if (asked.isEmpty() || reply.id() != id) {
            return; // An answer to a question that was given up.
        }
        List<Replica.Query> queries = asked;
        asked = new ArrayList<>();
        if (reply.index() == ReadIndexReply.REFUSED) {
            queries.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, "the leader has changed"));
        } else {
            server.ask(reply.index(), queries);
        }
        askNext();
    }

    /** Silence of an election timeout: whoever was asked does not answer any more. */
    void onTick() {
        if (!asked.isEmpty() && ++ticksSilent > server.settings.electionTicks()) {
            rejectAll("the leader did not confirm a read within an election timeout");
        }
    }

    void rejectAll(String detail) {
        List<Replica.Query> all = asked;
        all.addAll(collecting);
        asked = new ArrayList<>();
        collecting = new ArrayList<>();
        all.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, detail));
    }
}
