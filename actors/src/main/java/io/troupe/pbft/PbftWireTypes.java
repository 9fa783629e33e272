package io.troupe.pbft;

import io.troupe.replication.CommandSerializer;
import io.troupe.wire.WireTypes;

/** PBFT's part of the wire and the journal. */
public final class PbftWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/pbft";
    }

    @Override
    public boolean sendersMayLie() {
        return true;
    }

    @Override
    public void register(Registry registry) {
        registry.message(1600, Sealed.class);
        registry.message(1601, Signed.class);
        registry.message(1602, Batch.Plain.class);
        registry.message(1649, Batch.Valued.class);
        registry.message(1603, Digest.class);
        registry.message(1604, PbftMessage.SingleRequest.class); // in journals
        registry.message(1605, PbftMessage.RequestId.class);
        registry.message(1606, PbftMessage.OpenSession.class);
        registry.message(1607, PbftMessage.Execute.class, new CommandSerializer<>(PbftMessage.Execute::new));
        registry.message(1608, PbftMessage.OrderedRead.class);
        registry.message(1639, PbftMessage.OpenShared.class);
        registry.message(1636, PbftMessage.Nothing.class);
        registry.message(1635, PbftMessage.Request.class); // 1628 and 1632 were never released
        registry.message(1629, PbftMessage.Reply.class); // 1609 to 1611 were replies and reads of one operation
        registry.message(1650, PbftMessage.TentativeReply.class);
        registry.message(1630, PbftMessage.ReadOnly.class);
        registry.message(1631, PbftMessage.ReadReply.class);
        registry.message(1634, PbftMessage.Results.class);
        registry.message(1612, PbftMessage.PrePrepare.class);
        registry.message(1613, PbftMessage.Prepare.class);
        registry.message(1614, PbftMessage.Commit.class);
        registry.message(1633, PbftMessage.Commits.class);
        registry.message(1652, PbftMessage.Piggybacked.class);
        registry.message(1615, PbftMessage.Checkpoint.class);
        registry.message(1616, PbftMessage.ViewChange.class);
        registry.message(1617, PbftMessage.Certified.class);
        registry.message(1618, PbftMessage.NewView.class);
        registry.message(1651, PbftMessage.NewKey.class);
        registry.message(1619, PbftMessage.Standing.class);
        registry.message(1637, PbftMessage.QueryStable.class);
        registry.message(1638, PbftMessage.ReplyStable.class);
        registry.message(1620, PbftMessage.FetchBatch.class);
        registry.message(1621, PbftMessage.BatchBody.class);
        registry.message(1622, PbftMessage.FetchNode.class);
        registry.message(1623, PbftMessage.NodeDigests.class);
        registry.message(1624, PbftMessage.FetchPages.class);
        registry.message(1625, PbftMessage.Page.class);
        registry.message(1626, PbftMessage.NoSuchState.class);
        registry.message(1627, PbftMessage.StateHeader.class);

        registry.event(1640, 1, Fact.Written.class);
        registry.message(1646, Fact.Started.class);
        registry.message(1648, Fact.Forgot.class);
        registry.message(1641, Fact.PrePrepared.class);
        registry.message(1642, Fact.Prepared.class);
        registry.message(1643, Fact.ViewLeft.class);
        registry.message(1644, Fact.ViewEntered.class);
        registry.message(1647, Fact.CheckpointTaken.class);
        registry.message(1645, Fact.Stable.class);
    }
}
