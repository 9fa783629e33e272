package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import io.troupe.sim.World;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.pekko.cluster.ClusterSettings;
import org.apache.pekko.cluster.JoinConfigCompatChecker$;
import scala.collection.immutable.Seq;

/**
 * What a node compares with a joining node's configuration: its own, without what is secret. Pekko takes it from the whole
 * configuration, key by key, for each request to join; it never changes, and a simulated node works it out once.
 *
 * <p>{@link Redirection} has Pekko call the public methods.
 */
public final class RememberedConfigurations {

    private final Map<Config, Seq<String>> keys = new IdentityHashMap<>();
    private final Map<Seq<String>, Config> filtered = new IdentityHashMap<>();

    RememberedConfigurations() {}

    public static Seq<String> removeSensitiveKeys(
            JoinConfigCompatChecker$ pekko, Config config, ClusterSettings settings) {
        var world = World.simulated();
        return world == null
                ? pekko.removeSensitiveKeys(config, settings)
                : ClusterSimulation.configurationsOf(world)
                        .keys
                        .computeIfAbsent(config, one -> pekko.removeSensitiveKeys(one, settings));
    }

    public static Config filterWithKeys(JoinConfigCompatChecker$ pekko, Seq<String> keys, Config config) {
        var world = World.simulated();
        return world == null || !isRemembered(world, keys, config)
                ? pekko.filterWithKeys(keys, config)
                : ClusterSimulation.configurationsOf(world)
                        .filtered
                        .computeIfAbsent(keys, one -> pekko.filterWithKeys(one, config));
    }

    private static boolean isRemembered(World world, Seq<String> keys, Config config) {
        return ClusterSimulation.configurationsOf(world).keys.get(config) == keys;
    }
}
