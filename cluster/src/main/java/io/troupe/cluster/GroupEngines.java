package io.troupe.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.chain.ChainEngine;
import io.troupe.paxos.PaxosEngine;
import io.troupe.pbft.PbftEngine;
import io.troupe.raft.RaftEngine;
import java.util.List;
import java.util.Optional;

/** What may order the commands of a consensus group on a node, for systems that let it be chosen for theirs. */
public final class GroupEngines {

    public static final List<String> NAMES =
            List.of(RaftEngine.NAME, PaxosEngine.NAME, PbftEngine.NAME, ChainEngine.NAME);

    /** PBFT bears f faulty members of 3f+1. */
    public static final int PBFT_MEMBERS_MIN = 4;

    private static final String PBFT_KEYS = "troupe.pbft.keys";
    private static final String MEMBERS = "troupe.cluster.members";

    private GroupEngines() {}

    /**
     * The engine that a setting names; empty for the node's {@code troupe.groups.engine}, which the node looks after.
     *
     * @throws ConfigException as {@link #required} does
     */
    public static Optional<String> named(Config root, String path) {
        return root.getString(path).isEmpty() ? Optional.empty() : Optional.of(known(root, path, ", or empty"));
    }

    /**
     * The engine that a setting must name.
     *
     * @param root the node's whole configuration
     * @throws ConfigException when there is no such engine, or the node lacks what it needs: with the path, the value and
     *     what would be right
     */
    public static String required(Config root, String path) {
        return known(root, path, "");
    }

    private static String known(Config root, String path, String orElse) {
        String name = root.getString(path);
        if (!NAMES.contains(name)) {
            throw wrong(root, path, "is \"" + name + "\"; it must be one of " + NAMES + orElse);
        }
        if (name.equals(PbftEngine.NAME)) {
            requireWhatPbftNeeds(root, path);
        }
        return name;
    }

    private static void requireWhatPbftNeeds(Config root, String path) {
        if (!root.hasPath(PBFT_KEYS) || root.getString(PBFT_KEYS).isEmpty()) {
            throw wrong(
                    root,
                    path,
                    "is \"pbft\", for which " + PBFT_KEYS
                            + " must be set: the folder with this node's keys and those of all"
                            + " members, which troupe keys makes");
        }
        int members = root.getStringList(MEMBERS).size();
        if (members < PBFT_MEMBERS_MIN) {
            throw wrong(
                    root,
                    path,
                    "is \"pbft\", which bears f faulty members of 3f+1, but " + MEMBERS + " has " + members
                            + "; there must be at least " + PBFT_MEMBERS_MIN);
        }
    }

    private static ConfigException wrong(Config root, String path, String problem) {
        return new ConfigException.BadValue(root.getValue(path).origin(), path, problem);
    }
}
