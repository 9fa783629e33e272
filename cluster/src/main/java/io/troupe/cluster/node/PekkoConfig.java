package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import io.troupe.cluster.tls.PemEngineProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Pekko has to know of a node's settings. Everything else is in {@code troupe-node.conf}. */
final class PekkoConfig {

    /** What a node sets itself, and by which of its own settings. */
    private static final Map<String, String> OWNED = new TreeMap<>(Map.ofEntries(
            Map.entry("pekko.remote.artery.canonical.hostname", "troupe.artery.host"),
            Map.entry("pekko.remote.artery.canonical.port", "troupe.artery.port"),
            Map.entry("pekko.remote.artery.bind.hostname", "troupe.artery.bind-host"),
            Map.entry("pekko.remote.artery.bind.port", "troupe.artery.bind-port"),
            Map.entry("pekko.remote.artery.advanced.test-mode", "troupe.faults.enabled"),
            Map.entry("pekko.cluster.roles", "troupe.node.roles"),
            Map.entry("pekko.cluster.seed-nodes", "troupe.cluster.members"),
            Map.entry("troupe.persistence.journal.dir", "troupe.node.data-dir"),
            Map.entry("troupe.persistence.snapshot-store.dir", "troupe.node.data-dir"),
            Map.entry("troupe.persistence.replicated.dir", "troupe.node.data-dir"),
            Map.entry("troupe.persistence.replicated.members", "troupe.cluster.members"),
            Map.entry("troupe.persistence.replicated.node", "troupe.node.id"),
            Map.entry("troupe.persistence.replicated.host", "troupe.replicated-persistence.enabled")));

    private PekkoConfig() {}

    /** @throws SettingsException when somebody has set what would be without effect */
    static void requireOwn(Config config) {
        OWNED.forEach((path, setting) -> {
            ConfigValue value = config.getValue(path);
            if (!SettingsReader.isDefault(value)) {
                throw SettingsReader.wrong(path, value, "leave it out and set " + setting + ", which it follows from");
            }
        });
    }

    static Config of(NodeSettings settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("pekko.remote.artery.canonical.hostname", settings.artery().host());
        values.put("pekko.remote.artery.canonical.port", settings.artery().port());
        values.put("pekko.remote.artery.bind.hostname", settings.bind().host());
        values.put("pekko.remote.artery.bind.port", settings.bind().port());
        if (!settings.config().getString("troupe.artery.tls.cert-file").isEmpty()) {
            values.put("pekko.remote.artery.transport", "tls-tcp");
            values.put("pekko.remote.artery.ssl.ssl-engine-provider", PemEngineProvider.class.getName());
        }
        values.put("pekko.remote.artery.advanced.test-mode", settings.faultsEnabled());
        List<String> roles = new ArrayList<>(List.of(Membership.ID_ROLE_PREFIX + settings.nodeId()));
        roles.addAll(settings.roles());
        values.put("pekko.cluster.roles", roles);
        values.put(
                "troupe.persistence.journal.dir",
                settings.dataDir().resolve(DataDirectory.JOURNAL).toString());
        values.put(
                "troupe.persistence.snapshot-store.dir",
                settings.dataDir().resolve(DataDirectory.SNAPSHOTS).toString());
        return ConfigFactory.parseMap(values, "the node's settings").withFallback(settings.config());
    }
}
