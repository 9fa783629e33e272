package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads values and refuses wrong ones, naming path, value and what would be right. */
final class SettingsReader {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final String NAME_RULE =
            "use a lower-case letter, then lower-case letters, digits and dashes, 63 characters at most";

    /** Of a node or a cluster: as etcd's members and ZooKeeper's servers may be called, so that theirs can be kept. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private static final String ID_RULE =
            "use a letter or digit, then letters, digits, dots, dashes and underscores, 63 characters at most";

    private static final String PORT_RULE = "give a port from 1 to 65535";

    private final Config config;

    SettingsReader(Config config) {
        this.config = config;
    }

    String name(String path) {
        String value = text(path);
        requireName(path, value, value);
        return value;
    }

    /** A node's id or a cluster's name. */
    String id(String path) {
        String value = text(path);
        requireId(path, value, value);
        return value;
    }

    List<String> ids(String path) {
        List<String> values = texts(path);
        values.forEach(value -> requireId(path, value, value));
        return once(path, values);
    }

    /** @param shown the text that {@code id} is taken from */
    void requireId(String path, String id, String shown) {
        if (!ID.matcher(id).matches()) {
            throw wrong(path, '"' + shown + '"', ID_RULE);
        }
    }

    List<String> names(String path) {
        List<String> values = texts(path);
        values.forEach(value -> requireName(path, value, value));
        return once(path, values);
    }

    private List<String> once(String path, List<String> values) {
        if (values.stream().distinct().count() < values.size()) {
            throw wrong(path, "name each only once");
        }
        return List.copyOf(values);
    }

    private void requireName(String path, String name, String shown) {
        if (!NAME.matcher(name).matches()) {
            throw wrong(path, '"' + shown + '"', NAME_RULE);
        }
    }

    List<String> texts(String path) {
        return read(path, Config::getStringList, "give a list of texts, such as [\"a\", \"b\"]");
    }

    String text(String path) {
        String value = read(path, Config::getString, "give a text");
        if (value.isBlank()) {
            throw wrong(path, "it must be set, there is no default");
        }
        return value;
    }

    int port(String path) {
        int port = read(path, Config::getInt, PORT_RULE);
        if (!isPort(port)) {
            throw wrong(path, PORT_RULE);
        }
        return port;
    }

    /** A port, or 0 for any that is free. */
    int portOrAny(String path) {
        return read(path, Config::getInt, PORT_RULE) == 0 ? 0 : port(path);
    }

    static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }

    boolean flag(String path) {
        return read(path, Config::getBoolean, "say on or off");
    }

    private <T> T read(String path, BiFunction<Config, String, T> get, String right) {
        try {
            return get.apply(config, path);
        } catch (ConfigException.Missing e) {
            throw new SettingsException(path + " is missing: " + right);
        } catch (ConfigException.WrongType | ConfigException.BadValue e) {
            throw wrong(path, right);
        }
    }

    private SettingsException wrong(String path, String right) {
        return wrong(path, config.getValue(path), right);
    }

    /** @param shown the part of the value that is wrong */
    SettingsException wrong(String path, Object shown, String right) {
        return new SettingsException(path, shown, right + origin(config.getValue(path)));
    }

    static SettingsException wrong(String path, ConfigValue value, String right) {
        String rendered = value.render(ConfigRenderOptions.concise());
        return new SettingsException(path, rendered, right + origin(value));
    }

    /** Where somebody wrote the value, as {@code " (node.conf: 12)"}; empty for a default. */
    static String origin(ConfigValue value) {
        return isDefault(value) ? "" : " (" + value.origin().description() + ")";
    }

    /** Whether it comes from the class path. */
    static boolean isDefault(ConfigValue value) {
        return value.origin().resource() != null;
    }
}
