package io.troupe.cluster.node;

import ch.qos.logback.classic.LoggerContext;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;

/** A node in this process, one life after another. */
public final class Lives {

    private Lives() {}

    /**
     * Blocks until the node's last life is over.
     *
     * @param rejoin whether a node that was downed as a minority goes on without its cluster, and begins a new life when
     *     it can rejoin
     * @param err told in a line why a life ended, unless the node was told to stop
     * @return an exit code, of {@link io.troupe.cluster.cli.ExitCodes}
     * @throws NodeFailure when the node cannot start
     */
    public static int run(NodeSettings settings, boolean rejoin, PrintWriter err) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            logback.putProperty("troupe.node", settings.nodeId());
        }
        NodeSettings life = rejoin ? settings.outlivingItsCluster() : settings;
        while (true) {
            Node node = Node.start(life);
            Ending ending = node.awaitEnd();
            if (!ending.message().isEmpty()) {
                err.println("troupe: " + ending.message());
            }
            if (!rejoin || !(ending instanceof Ending.Downed)) {
                return ending.exitCode();
            }
            err.println("troupe: beginning a new life to rejoin");
            life = life.cutOffFrom(node.cutOffFrom());
        }
    }
}
