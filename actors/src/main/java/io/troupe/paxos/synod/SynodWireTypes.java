package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.wire.WireTypes;

/** Ids 1300–1339: what single-decree Paxos sends between nodes and keeps in the journal. */
public final class SynodWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/paxos/synod";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1300, Ballot.class);

        registry.message(1310, Acceptor.Prepare.class);
        registry.message(1311, Proposer.Promise.class);
        registry.message(1312, Acceptor.Accept.class);
        registry.message(1313, Learner.Accepted.class);
        registry.message(1314, Proposer.Rejected.class);
        registry.message(1315, Learner.Chosen.class);
        registry.message(1316, Learner.Learn.class);
        registry.message(1317, Proposal.class);
        registry.event(1330, 1, Acceptor.Promised.class);
        registry.event(1331, 1, Acceptor.Accepted.class);
        registry.event(1332, 1, BallotBook.Taken.class);
    }
}
