package io.troupe.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * One actor system with every dispatcher, mailbox, timer and journal simulated, used for one {@link Simulation} after
 * another: starting it costs more than a short run. Belongs to the thread that opens it.
 */
public final class Stage implements AutoCloseable {

    private final World world = new World();
    private final ActorSystem system;
    private @Nullable Simulation running;

    /**
     * Has the callbacks of {@link java.util.concurrent.CompletableFuture} follow simulations. A stage does so, too; but code
     * that was compiled before keeps the executor that it had. So a JVM that does much else first, such as a module's other
     * tests, is to be prepared when it starts.
     */
    public static void prepareJvm() {
        AsyncPool.install();
    }

    private Stage(Config config) {
        prepareJvm();
        Below.seedThreadLocalRandom(0);
        var simulated = simulated(config, world.id());
        system = stepping(() -> ActorSystem.create("sim", simulated));
        world.system(system);
        settle();
        warmUp();
    }

    private void warmUp() {
        try (var first = simulate(0)) {
            var recovered = new AtomicInteger();
            for (var plugins : WarmUp.Plugins.ALL) {
                first.node(plugins.node(), node -> WarmUp.create(plugins, recovered::incrementAndGet));
            }
            first.runUntil(() -> recovered.get() == WarmUp.Plugins.ALL.size(), Duration.ofMinutes(1));
        }
    }

    /** @param config of the application: serializers, and what its actors read; laid over Pekko's reference */
    public static Stage open(Config config) {
        return new Stage(config);
    }

    public static Stage open() {
        return open(ConfigFactory.empty());
    }

    /** Begins the run of one seed. A run still open is closed first. */
    public Simulation simulate(long seed) {
        return simulate(seed, FaultFilter.all());
    }

    /** As {@link #simulate(long)}, with some of the nemesis' strikes left out. */
    public Simulation simulate(long seed, FaultFilter faults) {
        return simulate(seed, faults, FaultFilter.all());
    }

    /** As {@link #simulate(long, FaultFilter)}, with some of the {@link Simulation#clients clients} left out too. */
    public Simulation simulate(long seed, FaultFilter faults, FaultFilter clients) {
        if (running != null) {
            running.close();
        }
        world.begin(seed);
        running = new Simulation(this, world, seed, faults, clients);
        return running;
    }

    void ended(Simulation simulation) {
        if (running == simulation) {
            running = null;
        }
        settle();
    }

    /** Lets Pekko's own actors come to rest. */
    private void settle() {
        stepping(() -> {
            long now = world.nowNanos();
            while (world.step(now)) {
                // Until nothing is ready.
            }
            return true;
        });
    }

    <T> T stepping(scala.Function0<T> work) {
        return world.stepping(work);
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        system.terminate();
        stepping(() -> {
            while (!system.whenTerminated().isCompleted()) {
                if (!world.step(Long.MAX_VALUE)) {
                    throw new IllegalStateException("the actor system does not terminate");
                }
            }
            return true;
        });
        world.forget();
    }

    private static Config simulated(Config config, long worldId) {
        return Hooks.over(
                config, Map.of(World.ID_PATH, worldId, "pekko.actor.provider", NodeAwareProvider.class.getName()));
    }
}
