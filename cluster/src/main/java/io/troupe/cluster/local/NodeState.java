package io.troupe.cluster.local;

import io.troupe.cluster.Endpoint;
import io.troupe.cluster.node.NodeStatus;
import java.util.List;
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

    /** Where the node serves the system; nowhere when it does not answer, or does not host it. */
    public List<Endpoint> endpoints(String system) {
        return status == null
                ? List.of()
                : status.systems().stream()
                        .filter(hosted -> hosted.system().equals(system))
                        .flatMap(hosted -> hosted.endpoints().stream())
                        .toList();
    }
}
