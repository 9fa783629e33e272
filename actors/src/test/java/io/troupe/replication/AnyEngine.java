package io.troupe.replication;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.chain.ChainEngine;
import io.troupe.chain.ChainSettings;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.pbft.DealtKeys;
import io.troupe.pbft.PbftEngine;
import io.troupe.pbft.PbftSettings;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.sim.NodeContext;
import java.util.List;

/**
 * The engine of a simulated group, by its name, with the timeouts and small snapshots of a run of a few seconds.
 *
 * @param nodes of the group
 */
public record AnyEngine(String name, List<String> nodes) {

    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    troupe.raft { election-timeout = 600ms, heartbeat-interval = 60ms
                      snapshot-entries = 20, retained-entries = 5 }
                    troupe.paxos { election-timeout = 600ms, lease = 300ms, heartbeat-interval = 60ms
                      snapshot-entries = 20, retained-entries = 5 }
                    troupe.chain { failure-timeout = 1200ms, lease = 300ms, heartbeat-interval = 60ms
                      snapshot-entries = 20, retained-entries = 5 }
                    troupe.pbft {
                      tick = 20ms
                      view-change-timeout = 600ms
                      standing-interval = 100ms
                      checkpoint-interval = 8
                      window = 24
                      client-silence = 300ms
                      client-patience = 5s
                    }
                    """)
            .withFallback(ConfigFactory.load());

    /** For one life of the node; {@code storage} outlives it. */
    public Engine at(NodeContext node, SnapshotStorage storage) {
        var raft = new RaftEngine(RaftSettings.from(CONFIG), storage, node.nanoClock());
        return switch (name) {
            case PaxosEngine.NAME -> new PaxosEngine(PaxosSettings.from(CONFIG), storage, node.nanoClock());
            case ChainEngine.NAME -> new ChainEngine(ChainSettings.from(CONFIG), storage, raft, node.nanoClock());
            case PbftEngine.NAME ->
                new PbftEngine(PbftSettings.from(CONFIG), storage, new DealtKeys(node.name(), nodes), node.nanoClock());
            default -> raft;
        };
    }
}
