package io.troupe.paxos;

import io.troupe.replication.CommandSerializer;
import io.troupe.wire.WireTypes;

/** Ids 1340–1399: what Multi-Paxos sends between nodes and keeps in the journal; its ballots are those of the synod. */
public final class PaxosWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/paxos";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1340, Decree.NoOp.class);
        registry.message(1341, Decree.OpenSession.class);
        registry.message(1342, Decree.Command.class, new CommandSerializer<>(Decree.Command::new));
        registry.message(1343, Decree.Reconfigure.class);
        registry.message(1344, Decrees.class, new DecreesSerializer());
        registry.message(1345, Membership.class);
        registry.message(1346, Vote.class);
        registry.message(1347, Votes.class);
        registry.message(1348, Voter.class);
        registry.message(1349, Pledge.class);
        registry.message(1350, SnapshotMetadata.class);

        registry.message(1360, PaxosMessage.Prepare.class);
        // 1361 was a part of a Promise that did not say of which instances it tells.
        registry.message(1362, PaxosMessage.Accept.class);
        registry.message(1363, PaxosMessage.Accepted.class);
        registry.message(1364, PaxosMessage.Rejected.class);
        registry.message(1365, PaxosMessage.Fetch.class);
        registry.message(1366, PaxosMessage.Learned.class);
        registry.message(1367, PaxosMessage.Offer.class);
        // 1368 and 1369 were chunks of snapshots, which are sent alike for all engines now.
        registry.message(1370, PaxosMessage.Forwarded.class);
        registry.message(1371, PaxosMessage.ReadAt.class);
        registry.message(1372, PaxosMessage.ReadAtReply.class);
        registry.message(1373, PaxosMessage.TakeOver.class);
        registry.message(1374, PaxosMessage.Readmit.class);
        registry.message(1375, PaxosMessage.Promise.class);
        registry.event(1390, 1, LedgerEvent.Written.class);
        registry.event(1391, 1, LedgerEvent.Rebased.class);
    }
}
