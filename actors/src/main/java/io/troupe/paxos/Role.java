package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Forwarded;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.paxos.PaxosMessage.ReadAt;
import io.troupe.paxos.PaxosMessage.ReadAtReply;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.paxos.PaxosMessage.Rejected;
import io.troupe.paxos.PaxosMessage.TakeOver;
import io.troupe.replication.Answers;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a replica is besides acceptor and learner: follower, candidate, or leader, which is the paper's distinguished
 * proposer. Handling a message gives the role that the replica has next. Here is what every replica does as an acceptor
 * (Paxos Made Simple, §2.2).
 */
abstract class Role {

    final PaxosServer server;

    Role(PaxosServer server) {
        this.server = server;
    }

    abstract Replica.Role name();

    abstract Role onTick();

    /** The role ends; what waited for it is told. */
    void end() {}

    /** @param leader when it is known that one leads */
    final Role follow(Optional<String> leader) {
        end();
        server.follow(leader);
        return new Follower(server);
    }

    // -- acceptor

    /** Phase 1(b). */
    Role onPrepare(Prepare prepare) {
        server.saw(prepare.ballot());
        boolean leased = server.lease.isHeldAgainst(prepare.ballot().node(), prepare.released());
        if (leased || !server.pledge().mayPromise(prepare.ballot())) {
            prepare.replyTo()
                    .tell(new Rejected(prepare.ballot(), server.pledge().promised(), server.node));
            return this;
        }
        Optional<String> leader = server.leader().filter(prepare.ballot().node()::equals); // It only boosts its ballot.
        Role next = isAbove(prepare.ballot()) ? follow(leader) : this;
        List<Promise> promise = promise(prepare.ballot(), prepare.from());
        server.promise(prepare.ballot(), () -> promise.forEach(prepare.replyTo()::tell));
        return next;
    }

    /** The ballot ends whatever this replica was doing in a lower one. */
    private boolean isAbove(Ballot ballot) {
        return ballot.isAfter(server.pledge().promised());
    }

    /** What is to be said when the promise is durable, in parts no larger than a message may be. */
    final List<Promise> promise(Ballot ballot, long from) {
        long chosen = server.chosenThrough();
        List<Promise> parts = new ArrayList<>();
        List<Vote> votes = new ArrayList<>();
        long first = Math.max(from, chosen + 1);
        long bytes = 0;
        for (Vote vote : server.log().from(first)) {
            bytes += vote.decree().sizeBytes();
            if (bytes > server.settings.maxMessageBytes() && !votes.isEmpty()) {
                parts.add(new Promise(ballot, server.voter(), chosen, first, vote.instance() - 1, votes));
                votes.clear();
                first = vote.instance();
                bytes = vote.decree().sizeBytes();
            }
            votes.add(vote);
        }
        parts.add(new Promise(ballot, server.voter(), chosen, first, Promise.END, votes));
        return parts;
    }

    /** Phase 2(b), and what the message says besides: who leads, and what is decided. */
    Role onAccept(Accept accept) {
        server.saw(accept.ballot());
        if (!server.pledge().mayAccept(accept.ballot())) {
            accept.replyTo().tell(new Rejected(accept.ballot(), server.pledge().promised(), server.node));
            return this;
        }
        boolean isNews = isAbove(accept.ballot())
                || !server.leader().equals(Optional.of(accept.ballot().node()));
        Role next = isNews ? follow(Optional.of(accept.ballot().node())) : this;
        next.heardLeader();
        vote(accept);
        server.chosenBy(accept.ballot(), accept.chosenThrough());
        return next;
    }

    private void vote(Accept accept) {
        Decrees decrees = accept.decrees();
        if (server.isTooFarAhead(decrees.last())) {
            server.catchUp.behind(accept.ballot().node());
            return;
        }
        server.lease.grant(accept.ballot());
        server.accept(accept.ballot(), decrees, () -> accept.replyTo()
                .tell(new Accepted(
                        accept.ballot(),
                        server.voter(),
                        decrees.first(),
                        decrees.last(),
                        accept.round(),
                        server.chosenThrough())));
    }

    /** Whoever leads was heard. */
    void heardLeader() {}

    // -- proposer

    Role onPromise(Promise promise) {
        return this;
    }

    Role onAccepted(Accepted accepted) {
        return this;
    }

    Role onRejected(Rejected rejected) {
        server.saw(rejected.promised());
        return this;
    }

    Role onTakeOver(TakeOver message) {
        return this;
    }

    Role onReadmit(Readmit readmit) {
        return this;
    }

    /** What is decided, or applied, or who can be reached, has changed. */
    Role onProgress() {
        return this;
    }

    Role onFlush() {
        return this;
    }

    Role onReadsGathered() {
        return this;
    }

    void onApplied() {}

    // -- clients

    /** A proposal, or the opening of a session. */
    Role onProposal(Replica.Request request) {
        server.leader()
                .flatMap(server::peer)
                .ifPresentOrElse(
                        leader -> leader.tell(
                                new Forwarded(request, server.pledge().promised(), server.self.narrow())),
                        () -> Rejections.reject(request, Replica.Reason.NO_LEADER, noLeader()));
        return this;
    }

    /** A replica took this one for the leader. It goes no further: two that take each other for it would play forever. */
    Role onForwarded(Forwarded forwarded) {
        Rejections.reject(forwarded.request(), Replica.Reason.NO_LEADER, noLeader());
        return this;
    }

    /** The leader answers clients of this node. */
    Role onAnswers(Answers.Batch answers) {
        answers.deliver();
        return this;
    }

    final String noLeader() {
        return server.node + " knows no leader of group " + server.group + "; it has promised ballot "
                + server.pledge().promised();
    }

    final Role onQuery(Replica.Query query) {
        if (query.consistency() != ReadConsistency.STALE) {
            return onReadAtLeader(query);
        }
        if (server.readsAtApplier() >= server.settings.maxPendingReads()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else {
            server.ask(0, List.of(query));
        }
        return this;
    }

    Role onReadAtLeader(Replica.Query query) {
        Rejections.reject(query, Replica.Reason.NO_LEADER, noLeader());
        return this;
    }

    Role onReadAt(ReadAt request) {
        request.replyTo().tell(new ReadAtReply(request.id(), ReadAtReply.REFUSED));
        return this;
    }

    Role onReadAtReply(ReadAtReply reply) {
        return this;
    }

    Role onTransferLeadership(Replica.TransferLeadership request) {
        if (!request.onlyHere()) {
            return onProposal(request);
        }
        Rejections.reject(
                request,
                Replica.Reason.NOT_LEADER,
                server.node + " does not lead group " + server.group + "; "
                        + server.leader().orElse("nobody that it knows of") + " does");
        return this;
    }
}
