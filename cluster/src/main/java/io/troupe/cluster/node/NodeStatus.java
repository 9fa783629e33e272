package io.troupe.cluster.node;

import io.troupe.cluster.Endpoint;
import java.util.List;

/**
 * What one node knows of itself, its cluster and what it hosts: the JSON of {@code GET /status}.
 *
 * @param startedAt ISO-8601 instant
 * @param address where the node's Artery listens, such as {@code pekko://troupe@127.0.0.1:24010}
 * @param membership this node's own member status, such as {@code Up}, or {@code none} before it has joined
 * @param ready whether it is {@code Up} and every hosted system serves
 */
public record NodeStatus(
        String node,
        String cluster,
        long pid,
        String startedAt,
        String address,
        String membership,
        boolean ready,
        List<Peer> members,
        List<Hosted> systems,
        List<Group> groups,
        Faults faults) {

    /** A cluster member as this node sees it. */
    public record Peer(String node, String address, String status, boolean reachable, List<String> roles) {}

    /**
     * A system hosted on this node.
     *
     * @param detail one line a person understands
     */
    public record Hosted(String system, String protocol, boolean ready, String detail, List<Endpoint> endpoints) {}

    /**
     * A consensus group's replica on this node.
     *
     * @param leader node id, or empty when none is known
     */
    public record Group(
            String group,
            String role,
            String leader,
            long term,
            long commitIndex,
            long appliedIndex,
            long snapshotIndex) {}

    /** @param cutOffFrom ids of the nodes this one is cut off from by the fault switch */
    public record Faults(boolean enabled, List<String> cutOffFrom) {}
}
