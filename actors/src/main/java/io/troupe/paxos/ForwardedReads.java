package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.ReadAt;
import io.troupe.paxos.PaxosMessage.ReadAtReply;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Reads at a follower: one question to the leader is under way for all reads that came before it; what comes meanwhile goes
 * with the next. The answer is an instance, and the reads are served here when it is applied.
 */
final class ForwardedReads {

    private final PaxosServer server;
    private final boolean leased;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<Replica.Query> asked = new ArrayList<>();
    private long id;
    private int ticksSilent;

    /** @param leased whether the leader may answer under its lease, without asking anybody */
    ForwardedReads(PaxosServer server, boolean leased) {
        this.server = server;
        this.leased = leased;
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
        Optional<ActorRef<PaxosMessage>> leader = server.leader().flatMap(server::peer);
        if (leader.isEmpty()) {
            rejectAll("group " + server.group + " has no leader that " + server.node + " can reach");
            return;
        }
        asked = collecting;
        collecting = new ArrayList<>();
        ticksSilent = 0;
        id = server.nextReadId();
        leader.get().tell(new ReadAt(id, leased, server.self.narrow()));
    }

    void onReply(ReadAtReply reply) {
        if (asked.isEmpty() || reply.id() != id) {
            return; // An answer to another question, or to one that was given up.
        }
        List<Replica.Query> queries = asked;
        asked = new ArrayList<>();
        if (reply.index() == ReadAtReply.REFUSED) {
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
