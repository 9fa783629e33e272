package io.troupe.cluster;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;

/**
 * One real-world system that a node can host, found by {@link java.util.ServiceLoader}. Adding a
 * system is adding a module with one of these; nothing outside it changes but the distribution's
 * dependency list.
 */
public interface TroupeSystem {

    /** The name in {@code troupe.systems} and on the command line, such as {@code "etcd"}. */
    String name();

    /** One line for tables, such as {@code "etcd v3 API (gRPC)"}. */
    String protocol();

    /** Hosted on nodes that have at least one of these roles; empty means on every node. */
    Set<String> roles();

    /**
     * Where this system will listen under the given configuration, before it is started; used to
     * assign ports ({@code troupe up} gives the n-th node {@code base-port} plus an offset) and to print tables.
     */
    List<Endpoint> endpoints(Config config);

    /** HOCON that makes the system listen at {@code port}, for launchers that assign ports. */
    String listenAt(int port);

    /** A command to try the system with, given every node's endpoints. */
    String tryWith(List<Endpoint> endpoints);

    /**
     * The system's guardian on one node: parent of all its roles there. It is started again when it fails; one that stops has
     * given up, having logged why, and with the last of them the node ends.
     */
    Behavior<SystemGuardian.Command> guardian(NodeContext node);
}
