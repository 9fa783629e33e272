package io.troupe.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;
import scala.concurrent.BlockContext;

/**
 * One actor system with every dispatcher, mailbox, timer and journal simulated, used for one {@link Simulation} after
 * another: starting it costs more than a short run. Belongs to the thread that opens it.
 */
public final class Stage implements AutoCloseable {

    private final World world = new World();
    private final ActorSystem system;
    private @Nullable Simulation running;

    private Stage(Config config) {
        AsyncPool.install();
        Below.seedThreadLocalRandom(0);
        var simulated = simulated(config, world.id());
        system = stepping(() -> ActorSystem.create("sim", simulated));
        world.system(system);
        settle();
        warmUp();
    }

    private void warmUp() {
        try (var first = simulate(0)) {
            var recovered = new AtomicBoolean();
            first.node("warm-up", node -> WarmUp.create(() -> recovered.set(true)));
            first.runUntil(recovered::get, Duration.ofMinutes(1));
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
        if (running != null) {
            running.close();
        }
        world.begin(seed);
        running = new Simulation(this, world, seed, faults);
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
        var before = AsyncPool.enter(world);
        try {
            return BlockContext.withBlockContext(new SteppingBlockContext(world), work);
        } finally {
            AsyncPool.enter(before);
        }
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
        var whole = config.withFallback(ConfigFactory.defaultReference()).resolve();
        var hooks = new TreeMap<String, Object>();
        hooks.put(World.ID_PATH, worldId);
        hooks.put("pekko.actor.provider", NodeAwareProvider.class.getName());
        hooks.put("pekko.scheduler.implementation", VirtualScheduler.class.getName());
        hooks.put("pekko.loggers", List.of(ErrorLog.class.getName()));
        hooks.put("pekko.use-slf4j", "off");
        hooks.put("pekko.loglevel", "ERROR");
        hooks.put("pekko.stdout-loglevel", "OFF");
        hooks.put("pekko.log-dead-letters", "off");
        hooks.put("pekko.jvm-shutdown-hooks", "off");
        hooks.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
        hooks.put("pekko.persistence.journal.plugin", "troupe.sim.journal");
        hooks.put("pekko.persistence.snapshot-store.plugin", "troupe.sim.snapshot-store");
        hook(whole.root(), List.of(), hooks);
        return ConfigFactory.parseMap(hooks).withFallback(whole);
    }

    /** Finds every dispatcher and every mailbox there is: one forgotten would bring real threads back in. */
    private static void hook(ConfigObject section, List<String> path, Map<String, Object> hooks) {
        var type = section.get("type");
        boolean isDispatcher = section.containsKey("executor") || isText(type, "Dispatcher");
        if (isDispatcher) {
            hooks.put(at(path, "type"), "Dispatcher");
            hooks.put(at(path, "executor"), RunQueueExecutor.class.getName());
            hooks.put(at(path, "throughput"), 1);
            hooks.put(at(path, "throughput-deadline-time"), "0ms");
        }
        var mailbox = section.get("mailbox-type");
        if (mailbox != null && !isText(mailbox, "LoggerMailboxType") && !isText(mailbox, "ControlAwareMailbox")) {
            hooks.put(at(path, "mailbox-type"), NetworkMailbox.class.getName());
        }
        for (var child : section.entrySet()) {
            if (child.getValue() instanceof ConfigObject inner) {
                var innerPath = new ArrayList<>(path);
                innerPath.add(child.getKey());
                hook(inner, innerPath, hooks);
            }
        }
    }

    private static boolean isText(@Nullable ConfigValue value, String end) {
        return value != null
                && value.valueType() == ConfigValueType.STRING
                && ((String) value.unwrapped()).endsWith(end);
    }

    private static String at(List<String> path, String key) {
        var whole = new ArrayList<>(path);
        whole.add(key);
        return ConfigUtil.joinPath(whole);
    }
}
