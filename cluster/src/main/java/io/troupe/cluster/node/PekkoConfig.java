package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What Pekko has to know of a node's settings. Everything else is in {@code troupe-node.conf}. */
final class PekkoConfig {

    private PekkoConfig() {}

    static Config of(NodeSettings settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("pekko.remote.artery.canonical.hostname", settings.artery().host());
        values.put("pekko.remote.artery.canonical.port", settings.artery().port());
        values.put("pekko.remote.artery.advanced.test-mode", settings.faultsEnabled());
        List<String> roles = new ArrayList<>(List.of(Membership.ID_ROLE_PREFIX + settings.nodeId()));
        roles.addAll(settings.roles());
        values.put("pekko.cluster.roles", roles);
        values.put(
                "troupe.persistence.journal.dir",
                settings.dataDir().resolve("journal").toString());
        values.put(
                "troupe.persistence.snapshot-store.dir",
                settings.dataDir().resolve("snapshots").toString());
        return ConfigFactory.parseMap(values, "the node's settings").withFallback(settings.config());
    }
}
