package io.troupe.persistence;

import com.typesafe.config.Config;

/** The configuration of a plugin at a path of the user's own: what is left out there is as at the plugin's standard path. */
public final class PluginDefaults {

    private static final String DIRECTORY = "dir";

    private PluginDefaults() {}

    /**
     * @param own what is configured at the plugin's path
     * @param root the actor system's configuration
     * @param standard the path of which {@code reference.conf} has all settings; its directory is not taken over
     */
    public static Config of(Config own, Config root, String standard) {
        return own.withFallback(root.getConfig(standard).withoutPath(DIRECTORY));
    }

    /** Where the plugin keeps its files; empty when that is not configured. */
    public static String directory(Config plugin) {
        return plugin.hasPath(DIRECTORY) ? plugin.getString(DIRECTORY) : "";
    }
}
