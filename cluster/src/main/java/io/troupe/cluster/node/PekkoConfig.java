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
    private static final Map<String, String> OWNED = new TreeMap<>(Map.of(
            "pekko.remote.artery.canonical.hostname", "troupe.artery.host",
            "pekko.remote.artery.canonical.port", "troupe.artery.port",
            "pekko.remote.artery.bind.hostname", "troupe.artery.bind-host",
            "pekko.remote.artery.bind.port", "troupe.artery.bind-port",
            "pekko.remote.artery.advanced.test-mode", "troupe.faults.enabled",
            "pekko.cluster.roles", "troupe.node.roles",
            "pekko.cluster.seed-nodes", "troupe.cluster.members",
            "troupe.persistence.journal.dir", "troupe.node.data-dir",
            "troupe.persistence.snapshot-store.dir", "troupe.node.data-dir"));

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
