package io.troupe.sim.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.FaultFilter;
import io.troupe.sim.Hooks;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the simulated clusters of one configuration share, for one {@link ClusterSimulation} after another. Belongs to the
 * thread that opens it.
 */
public final class ClusterStage implements AutoCloseable {

    private static final Set<String> PEKKO = Set.of("org.apache.pekko.", "scala.concurrent.duration.Deadline");

    private final Config config;
    /** One for all nodes: what the configuration library keeps of a class path it keeps by the loader. */
    private final ApplicationClasses classes = ApplicationClasses.ofThisThread();

    private @Nullable ClusterSimulation running;

    private ClusterStage(Config application) {
        this.config = Hooks.over(
                application,
                Map.of(
                        "pekko.actor.provider",
                        SimulatedClusterProvider.class.getName(),
                        "pekko.cluster.jmx.enabled",
                        "off",
                        "pekko.coordinated-shutdown.exit-jvm",
                        "off"));
        var redirected = new HashSet<>(PEKKO);
        redirected.addAll(config.getStringList("troupe.sim.virtual-time-in"));
        Redirection.of(redirected);
    }

    /** @param config of every node, laid over Pekko's reference */
    public static ClusterStage open(Config config) {
        return new ClusterStage(config);
    }

    /** Begins the run of one seed. A run still open is closed first. */
    public ClusterSimulation simulate(long seed) {
        return simulate(seed, FaultFilter.all());
    }

    /** As {@link #simulate(long)}, with some of the nemesis' strikes left out. */
    public ClusterSimulation simulate(long seed, FaultFilter faults) {
        return simulate(seed, faults, FaultFilter.all());
    }

    /** As {@link #simulate(long, FaultFilter)}, with some of the {@link ClusterSimulation#clients clients} left out too. */
    public ClusterSimulation simulate(long seed, FaultFilter faults, FaultFilter clients) {
        if (running != null) {
            running.close();
        }
        running = new ClusterSimulation(config, classes, seed, faults, clients);
        return running;
    }

    public static ClusterStage open(String config) {
        return open(ConfigFactory.parseString(config));
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}
