package io.troupe.raft;

import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * ReadIndex at the leader (§8; thesis §6.4): the commit index is remembered, and served when a quorum has answered
 * a message sent after that. One round is under way for all reads that came before it; what comes meanwhile
 * goes with the next.
 */
final class ReadRounds {

    private final RaftServer server;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<ReadIndex> collectingRemote = new ArrayList<>();
    private List<Replica.Query> confirming = new ArrayList<>();
    private List<ReadIndex> confirmingRemote = new ArrayList<>();
    private final TreeSet<String> confirmedBy = new TreeSet<>();
    private boolean underWay;
    private long round;
    private long readIndex;

    ReadRounds(RaftServer server) {
        this.server = server;
    }

    long round() {
        return round;
    }

    void add(Replica.Query query) {
        if (isFull()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else {
            collecting.add(query);
        }
    }

    void add(ReadIndex request) {
        if (isFull()) {
            request.replyTo().tell(new ReadIndexReply(request.id(), ReadIndexReply.REFUSED));
        } else {
            collectingRemote.add(request);
        }
    }

    private boolean isFull() {
        int waiting = collecting.size() + collectingRemote.size() + confirming.size() + confirmingRemote.size();
        return waiting + server.readsAtApplier() >= server.settings.maxPendingReads();
    }

    /**
     * Begins a round if reads wait for one and none is under way; not before this term has committed an entry,
     * because until then the leader does not know what is committed (§8).
     *
     * @return whether the followers must be asked
     */
    boolean begin() {
        if (underWay || !server.hasCommittedInTerm() || (collecting.isEmpty() && collectingRemote.isEmpty())) {
            return false;
        }
        underWay = true;
        round++;
        readIndex = server.commitIndex();
        confirming = collecting;
        confirmingRemote = collectingRemote;
        collecting = new ArrayList<>();
        collectingRemote = new ArrayList<>();
        confirmedBy.clear();
        onConfirmed(server.node, round);
        return underWay;
    }

    /** A peer, or the leader itself, answered a message of {@code answeredRound}. */
    void onConfirmed(String node, long answeredRound) {
        if (!underWay || answeredRound < round) {
            return;
        }
        confirmedBy.add(node);
        if (server.configuration().isQuorum(confirmedBy)) {
            underWay = false;
            if (!confirming.isEmpty()) {
                server.ask(readIndex, confirming);
            }
            confirmingRemote.forEach(request -> request.replyTo().tell(new ReadIndexReply(request.id(), readIndex)));
            confirming = new ArrayList<>();
            confirmingRemote = new ArrayList<>();
        }
    }

    void rejectAll(String detail) {
        collecting.addAll(confirming);
        collectingRemote.addAll(confirmingRemote);
        collecting.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, detail));
        collectingRemote.forEach(
                request -> request.replyTo().tell(new ReadIndexReply(request.id(), ReadIndexReply.REFUSED)));
        collecting.clear();
        collectingRemote.clear();
        confirming = new ArrayList<>();
        confirmingRemote = new ArrayList<>();
        underWay = false;
    }
}
