package io.troupe.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lays over an application's configuration all that brings its actor system into a simulation. */
public final class Hooks {

    private Hooks() {}

    /**
     * @param application laid over Pekko's reference
     * @param more settings of the stage, by path
     */
    public static Config over(Config application, Map<String, Object> more) {
        var whole = application.withFallback(ConfigFactory.defaultReference()).resolve();
        var hooks = new TreeMap<String, Object>();
        hooks.put("pekko.scheduler.implementation", VirtualScheduler.class.getName());
        hooks.put("pekko.loggers", List.of(ErrorLog.class.getName()));
        hooks.put("pekko.use-slf4j", "off");
        hooks.put("pekko.loglevel", "ERROR");
        hooks.put("pekko.stdout-loglevel", "OFF");
        hooks.put("pekko.log-dead-letters", "off");
        hooks.put("pekko.jvm-shutdown-hooks", "off");
        hooks.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
        simulated(whole, "pekko.persistence.journal.plugin", "troupe.sim.journal", hooks);
        simulated(whole, "pekko.persistence.snapshot-store.plugin", "troupe.sim.snapshot-store", hooks);
        hook(whole.root(), List.of(), hooks);
        hooks.putAll(more);
        return ConfigFactory.parseMap(hooks).withFallback(whole);
    }

    /** The application may choose among the simulated plugins. */
    private static void simulated(Config application, String path, String plugin, Map<String, Object> hooks) {
        if (!application.getString(path).startsWith("troupe.sim.")) {
            hooks.put(path, plugin);
        }
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
