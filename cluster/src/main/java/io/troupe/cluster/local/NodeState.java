package io.troupe.cluster.local;

import io.troupe.cluster.node.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * A node of a local cluster as seen from outside.
 *
 * @param pid of its process, 0 when there is none
 * @param status what the node says of itself; null when it does not answer
 */
public record NodeState(String id, Process process, long pid, @Nullable NodeStatus status) {

    /** What the operating system says of the node's JVM. */
    public enum Process {
        RUNNING,
        GONE
    }

    public boolean isReady() {
        return status != null && status.ready();
    }
}
