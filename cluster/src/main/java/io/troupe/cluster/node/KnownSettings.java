package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings below {@code troupe} that there are: those that {@code troupe-node.conf} and the {@code reference.conf}
 * files of the modules on the class path define, and what {@code troupe.known-settings} adds to them. A node whose
 * configuration holds another one does not start: a misspelled setting would be without effect, and without a word.
 */
final class KnownSettings {

    private static final String ROOT = "troupe";
    private static final String MORE = "known-settings";
    private static final String ANY = "any";

    private final Config reference;
    private final Map<String, String> more = new TreeMap<>();

    /** @param reference the defaults of everything on the class path, resolved */
    KnownSettings(Config reference) {
        this.reference = reference;
        reference
                .getObject(ROOT + "." + MORE)
                .forEach((path, value) -> more.put(path, String.valueOf(value.unwrapped())));
    }

    /**
     * @param config the defaults with a node's own configuration over them, resolved
     * @throws SettingsException at the first setting that there is not
     */
    void requireKnown(Config config) {
        requireKnown(ROOT, config.getObject(ROOT), reference.getObject(ROOT));
    }

    private void requireKnown(String path, ConfigObject section, ConfigObject known) {
        for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(section).entrySet()) {
            String key = entry.getKey();
            String full = path + "." + ConfigUtil.joinPath(key);
            ConfigValue value = entry.getValue();
            if (isFree(path, key, full) || isTestTool(path, value)) {
                continue;
            }
            @Nullable ConfigValue defined = known.get(key);
            if (defined == null) {
                throw new SettingsException(
                        "There is no setting " + full + SettingsReader.origin(value) + ". " + advice(path, key, known));
            }
            if (value instanceof ConfigObject inner && defined instanceof ConfigObject definedInner) {
                requireKnown(full, inner, definedInner);
            }
        }
    }

    private boolean isFree(String path, String key, String full) {
        return ANY.equals(more.get(full)) || isOfFallback(path, key);
    }

    /** A plugin or dispatcher of Pekko's takes, beside its own settings, those that it falls back to. */
    private boolean isOfFallback(String path, String key) {
        @Nullable String fallback = more.get(path);
        return fallback != null
                && !fallback.equals(ANY)
                && reference.getObject(fallback).containsKey(key);
    }

    /** {@code -Dtroupe.seed} and its like are for the test tools of the JVM, and no settings of a node in it. */
    private static boolean isTestTool(String path, ConfigValue value) {
        return path.equals(ROOT)
                && !(value instanceof ConfigObject)
                && value.origin().description().startsWith("system properties");
    }

    /**
     * @param config the defaults with a node's own configuration over them, resolved, of known settings only
     * @throws SettingsException at the first value that is not of its default's kind
     */
    void requireKinds(Config config) {
        requireKinds(ROOT, config.getObject(ROOT), reference.getObject(ROOT));
    }

    private void requireKinds(String path, ConfigObject section, ConfigObject known) {
        for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(section).entrySet()) {
            String key = entry.getKey();
            String full = path + "." + ConfigUtil.joinPath(key);
            @Nullable ConfigValue defined = known.get(key);
            if (defined == null || ANY.equals(more.get(full))) {
                continue;
            }
            ConfigValue value = entry.getValue();
            SettingKind kind = SettingKind.of(defined);
            if (!kind.accepts(value)) {
                throw SettingsReader.wrong(full, value, kind.right());
            }
            if (value instanceof ConfigObject inner && defined instanceof ConfigObject definedInner) {
                requireKinds(full, inner, definedInner);
            }
        }
    }

    private String advice(String path, String key, ConfigObject section) {
        Optional<String> sibling = Spelling.nearest(key, section.keySet());
        if (sibling.isPresent()) {
            return "Did you mean " + path + "." + sibling.get() + "?";
        }
        List<String> everywhere = new ArrayList<>();
        collect(ROOT, reference.getObject(ROOT), everywhere);
        Optional<String> elsewhere = everywhere.stream()
                .filter(other -> other.endsWith("." + key))
                .findFirst()
                .or(() -> Spelling.nearest(path + "." + key, everywhere));
        return elsewhere
                .map(other -> "Did you mean " + other + "?")
                .orElseGet(() -> path + " has: " + String.join(", ", names(section)));
    }

    private static void collect(String path, ConfigObject section, Collection<String> paths) {
        for (String key : names(section)) {
            String full = path + "." + ConfigUtil.joinPath(key);
            paths.add(full);
            if (section.get(key) instanceof ConfigObject inner) {
                collect(full, inner, paths);
            }
        }
    }

    private static Collection<String> names(ConfigObject section) {
        TreeSet<String> names = new TreeSet<>(section.keySet());
        names.remove(MORE);
        return names;
    }
}
