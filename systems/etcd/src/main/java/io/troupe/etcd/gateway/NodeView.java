package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.ResponseHeader;
import io.troupe.etcd.members.MemberIds;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.members.RosterView;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What a node's gRPC threads may know without asking: who the members are, and the replica's latest status,
 * which the system's guardian keeps up to date.
 */
public final class NodeView {

    private final String nodeId;
    private final List<String> members;
    private final long ownClusterId;
    private final RosterView roster = new RosterView();
    private final LongSupplier revision;
    private volatile Replica.Status status;
    private volatile long leaderChanges;
    private volatile Self self;

    /** This member's number by a roster: every response carries it, and it is dear to look up. */
    private record Self(Roster asOf, long memberId) {}

    /** @param revision the revision the store on this node has reached */
    public NodeView(String group, String nodeId, List<String> members, LongSupplier revision) {
        this.revision = revision;
        this.nodeId = nodeId;
        this.members = List.copyOf(members);
        this.ownClusterId = MemberIds.cluster(group, members);
        this.self = new Self(roster.roster(), MemberIds.member(nodeId));
        this.status = new Replica.Status(group, nodeId, Replica.Role.FOLLOWER, Optional.empty(), 0, 0, 0, 0);
    }

    public void update(Replica.Status latest) {
        Optional<String> before = status.leader();
        if (latest.leader().isPresent() && !latest.leader().equals(before)) {
            leaderChanges = leaderChanges + 1; // By the guardian alone.
        }
        status = latest;
    }

    /** How often this member has come to follow another leader, or one after none. */
    long leaderChanges() {
        return leaderChanges;
    }

    public Replica.Status status() {
        return status;
    }

    public String nodeId() {
        return nodeId;
    }

    public List<String> members() {
        return members;
    }

    public RosterView roster() {
        return roster;
    }

    public long memberId() {
        Self now = self;
        Roster present = roster.roster();
        if (now.asOf() != present) {
            now = new Self(present, roster.idOf(nodeId));
            self = now;
        }
        return now.memberId();
    }

    /** This member has no vote. */
    public boolean isLearner() {
        return roster.roster().ofNode(nodeId).map(Member::getIsLearner).orElse(false);
    }

    /** The one the cluster was set up with; until that is known, what this node would call a cluster of its members. */
    public long clusterId() {
        long known = roster.roster().clusterId();
        return known == 0 ? ownClusterId : known;
    }

    /** What the store on this node has reached. */
    public long revision() {
        return revision.getAsLong();
    }

    /** The header of a response about the present. */
    public ResponseHeader header() {
        return header(revision());
    }

    /** The header of a response about {@code atRevision}. */
    public ResponseHeader header(long atRevision) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId())
                .setMemberId(memberId())
                .setRevision(atRevision)
                .setRaftTerm(status.term())
                .build();
    }
}
