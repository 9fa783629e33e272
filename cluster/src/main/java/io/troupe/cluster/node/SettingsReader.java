package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads values and refuses wrong ones, naming path, value and what would be right. */
final class SettingsReader {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final String NAME_RULE =
            "use a lower-case letter, then lower-case letters, digits and dashes, 63 characters at most";

    private final Config config;

    SettingsReader(Config config) {
        this.config = config;
    }

    String name(String path) {
        String value = text(path);
        requireName(path, value);
        return value;
    }

    List<String> names(String path) {
        List<String> values = texts(path);
        values.forEach(value -> requireName(path, value));
        if (values.stream().distinct().count() < values.size()) {
            throw new SettingsException(path, values, "name each only once");
        }
        return List.copyOf(values);
    }

    static void requireName(String path, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new SettingsException(path, '"' + value + '"', NAME_RULE);
        }
    }

    List<String> texts(String path) {
        return read(path, Config::getStringList, "give a list of texts, such as [\"a\", \"b\"]");
    }

    String text(String path) {
        String value = read(path, Config::getString, "give a text");
        if (value.isBlank()) {
            throw new SettingsException(path, "\"\"", "it must be set, there is no default");
        }
        return value;
    }

    int port(String path) {
        int port = read(path, Config::getInt, "give a port from 1 to 65535");
        requirePort(path, port);
        return port;
    }

    static void requirePort(String path, int port) {
        if (port < 1 || port > 65_535) {
            throw new SettingsException(path, port, "give a port from 1 to 65535");
        }
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
            throw new SettingsException(path, config.getValue(path).render(), right);
        }
    }
}
