package io.troupe.cluster;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.replication.Groups;
import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a node hands to the systems it hosts.
 *
 * @param nodeId this node's stable id
 * @param members stable ids of the nodes the cluster was set up with, in configuration order
 * @param dataDir a folder of the system's own on this node
 * @param config the node's whole resolved configuration; a system reads {@code troupe.<name>} from it
 * @param groups the node's group host
 */
public record NodeContext(
        String nodeId,
        List<String> members,
        Path dataDir,
        Config config,
        ActorRef<Groups.Command> groups,
        MeterRegistry meters) {}
