package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.ResponseHeader;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;

/**
 * What a node's gRPC threads may know without asking: who the members are, and the replica's latest status,
 * which the system's guardian keeps up to date.
 */
public final class NodeView {

    private final String nodeId;
    private final List<String> members;
    private final long clusterId;
    private volatile Replica.Status status;

    public NodeView(String group, String nodeId, List<String> members) {
        this.nodeId = nodeId;
        this.members = List.copyOf(members);
        this.clusterId = MemberIds.cluster(group, members);
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

    /** The header of a response about {@code revision}. */
    public ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(MemberIds.member(nodeId))
                .setRevision(revision)
                .setRaftTerm(status.term())
                .build();
    }
}
