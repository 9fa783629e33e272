package io.troupe.raft;

import io.troupe.replication.Answers;
import io.troupe.replication.AppliedSerializer;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.wire.WireTypes;

/** Ids 1000–1999: what Raft and the replication contract send between nodes and keep in the journal. */
public final class RaftWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1000, Replica.OpenSession.class);
        registry.message(1001, Replica.Propose.class);
        registry.message(1002, Replica.Query.class);
        registry.message(1003, Replica.Observe.class);
        registry.message(1004, Replica.TransferLeadership.class);
        registry.message(1005, Replica.SessionOpened.class);
        registry.message(1006, Replica.Applied.class, new AppliedSerializer());
        registry.message(1007, Replica.Answered.class);
        registry.message(1008, Replica.LeadershipTransferred.class);
        registry.message(1009, Replica.Rejected.class);
        registry.message(1010, Replica.Status.class);
        registry.message(1011, Replica.Reason.class);
        registry.message(1012, Replica.Role.class);
        registry.message(1013, ReadConsistency.class);
        registry.message(1014, Replica.Reconfigure.class);
        registry.message(1015, Replica.MemberChange.class);
        registry.message(1016, Replica.MemberChange.Kind.class);
        registry.message(1017, Replica.ListMembers.class);
        registry.message(1018, Replica.Members.class);
        registry.message(1019, Replica.Reconfigured.class);
        registry.message(1020, Replica.ReconfigureRefused.class);
        registry.message(1021, Replica.Refusal.class);
        registry.message(1022, Replica.MembersListed.class);
        registry.message(1023, Replica.OpenShared.class);

        registry.message(1100, RaftMessage.RequestVote.class);
        registry.message(1101, RaftMessage.VoteReply.class);
        registry.message(1102, RaftMessage.PreVote.class);
        registry.message(1103, RaftMessage.PreVoteReply.class);
        registry.message(1104, RaftMessage.AppendEntries.class);
        registry.message(1105, RaftMessage.AppendAccepted.class);
        registry.message(1106, RaftMessage.AppendRejected.class);
        registry.message(1107, RaftMessage.InstallSnapshot.class);
        registry.message(1108, RaftMessage.ChunkReply.class);
        registry.message(1109, RaftMessage.TimeoutNow.class);
        registry.message(1110, RaftMessage.Forwarded.class);
        registry.message(1111, RaftMessage.ReadIndex.class);
        registry.message(1112, RaftMessage.ReadIndexReply.class);
        registry.message(1113, PeerDirectory.Locate.class);
        registry.message(1114, PeerDirectory.Located.class);
        registry.message(1130, RaftMessage.ForwardedProposals.class);
        registry.message(1131, RaftMessage.ForwardedProposals.Proposal.class);
        registry.message(1132, Answers.Batch.class);
        registry.message(1133, RaftMessage.CommitAdvanced.class);

        registry.event(1200, 1, LogEvent.Written.class);
        registry.event(1201, 1, LogEvent.Rebased.class);
        registry.message(1202, HardState.class);
        registry.message(1203, SnapshotMetadata.class);
        registry.message(1204, LogPosition.class);
        registry.message(1205, Configuration.class, new ConfigurationSerializer());
        registry.message(1206, LogSlice.class, new LogSliceSerializer());
    }
}
