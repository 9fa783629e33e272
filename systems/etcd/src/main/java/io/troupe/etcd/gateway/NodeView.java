package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.ResponseHeader;
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
    private final long clusterId;
    private final long memberId;
    private final LongSupplier revision;
    private volatile Replica.Status status;

    /** @param revision the revision the store on this node has reached */
    public NodeView(String group, String nodeId, List<String> members, LongSupplier revision) {
        this.revision = revision;
        this.nodeId = nodeId;
        this.members = List.copyOf(members);
        this.clusterId = MemberIds.cluster(group, members);
        this.memberId = MemberIds.member(nodeId);
        this.status = new Replica.Status(group, nodeId, Replica.Role.FOLLOWER, Optional.empty(), 0, 0, 0, 0);
    }

    public void update(Replica.Status latest) {
        status = latest;
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

    /** The header of a response about the present. */
    public ResponseHeader header() {
        return header(revision.getAsLong());
    }

    /** The header of a response about {@code atRevision}. */
    public ResponseHeader header(long atRevision) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRevision(atRevision)
                .setRaftTerm(status.term())
                .build();
    }
}
