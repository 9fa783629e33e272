package io.troupe.raft;

import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.Gathering;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads at the leader. ReadIndex (§8; thesis §6.4): the commit index is remembered, and served when a quorum has answered
 * a message sent after that. One round is under way for all reads that came before it; what comes meanwhile goes with the next,
 * and so does what is in the mailbox then: who was answered together asks again together. A follower's question needs no round
 * where it and the leader are a quorum. Within the leader's lease a read that trusts clocks needs none (thesis §6.4.1).
 */
final class ReadRounds {

    private final RaftServer server;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<ReadIndex> collectingRemote = new ArrayList<>();
    private List<Replica.Query> confirming = new ArrayList<>();
    private List<ReadIndex> confirmingRemote = new ArrayList<>();
    private final HeartbeatRounds rounds;
    private final Gathering gathering;
    private boolean underWay;
    private long round;
    private LogPosition readAt = LogPosition.ORIGIN;

    ReadRounds(RaftServer server, HeartbeatRounds rounds) {
        this.server = server;
        this.rounds = rounds;
        this.gathering = new Gathering(server.self, ForwardedReads.Gathered.GATHERED);
    }

    void add(Replica.Query query) {
        boolean trustsClocks = query.consistency() == ReadConsistency.LEASE;
        long committed = server.commitIndex(); // First: the lease is to vouch for it.
        if (isFull()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else if (trustsClocks && isLeaseHeld()) {
            server.ask(committed, List.of(query));
        } else {
            collecting.add(query);
            gather();
        }
    }

    void add(ReadIndex request) {
        LogPosition committed = server.committed(); // First: the lease is to vouch for it.
        if (isFull()) {
            request.replyTo().tell(ReadIndexReply.refusal(request.id()));
        } else if ((request.lease() && isLeaseHeld()) || isConfirmedBy(request)) {
            request.replyTo().tell(ReadIndexReply.at(request.id(), committed));
        } else {
            collectingRemote.add(request);
            gather();
        }
    }

    /**
     * In a group of three the question is the answer to a round of its own, so that such a read takes one way there and back
     * and not two. Who asks this server had followed it until then in a term that is no later than this one, and had voted in
     * none after; this server neither. When they are a quorum, nobody else had been elected when the read began.
     */
    private boolean isConfirmedBy(ReadIndex request) {
        return server.hasCommittedInTerm() && server.configuration().isQuorum(Set.of(server.node, request.from()));
    }

    private boolean isLeaseHeld() {
        return server.hasCommittedInTerm() && rounds.isLeaseHeld();
    }

    private boolean isFull() {
        int waiting = collecting.size() + collectingRemote.size() + confirming.size() + confirmingRemote.size();
        return waiting + server.readsAtApplier() >= server.settings.maxPendingReads();
    }

    /**
     * Reads may wait for a round, and none is under way; not before this term has committed an entry, because until then the
     * leader does not know what is committed (§8).
     */
    void gather() {
        if (isRoundDue()) {
            gathering.add();
        }
    }

    private boolean isRoundDue() {
        return !underWay && server.hasCommittedInTerm() && !(collecting.isEmpty() && collectingRemote.isEmpty());
    }

    /**
     * What was in the mailbox has come.
     *
     * @return whether a round has begun, and the followers must be asked
     */
    boolean begin() {
        if (!gathering.isOver() || !isRoundDue()) {
            return false;
        }
        underWay = true;
        round = rounds.begin();
        readAt = server.committed();
        confirming = collecting;
        confirmingRemote = collectingRemote;
        collecting = new ArrayList<>();
        collectingRemote = new ArrayList<>();
        onAnswered(); // By a group of one.
        return underWay;
    }

    /** Some peer answered some round. */
    void onAnswered() {
        if (underWay && rounds.isConfirmed(round)) {
            underWay = false;
            if (!confirming.isEmpty()) {
                server.ask(readAt.index(), confirming);
            }
            confirmingRemote.forEach(request -> request.replyTo().tell(ReadIndexReply.at(request.id(), readAt)));
            confirming = new ArrayList<>();
            confirmingRemote = new ArrayList<>();
            gather();
        }
    }

    void rejectAll(String detail) {
        collecting.addAll(confirming);
        collectingRemote.addAll(confirmingRemote);
        collecting.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, detail));
        collectingRemote.forEach(request -> request.replyTo().tell(ReadIndexReply.refusal(request.id())));
        collecting.clear();
        collectingRemote.clear();
        confirming = new ArrayList<>();
        confirmingRemote = new ArrayList<>();
        underWay = false;
    }
}
