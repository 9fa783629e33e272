package io.troupe.etcd.standalone;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** etcd's configuration file: the flags' names as YAML keys, those of TLS in two sections of their own. */
final class ConfigFile {

    private static final Map<String, String> SECTIONS =
            Map.of("client-transport-security", "", "peer-transport-security", "peer-");

    private ConfigFile() {}

    /** @throws FlagException when the file cannot be read, or holds a value that is none */
    static FlagValues read(Path file) {
        var values = new FlagValues();
        Object root;
        try {
            root = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        } catch (FileSystemException e) {
            throw FlagException.wrong("cannot read the configuration file " + FileProblem.of(e));
        } catch (IOException | YAMLException e) {
            throw FlagException.wrong("cannot read the configuration file " + file + ": " + e.getMessage());
        }
        if (root instanceof Map<?, ?> settings) {
            settings.forEach((key, value) -> set(values, file, String.valueOf(key), value));
        } else if (root != null) {
            throw FlagException.wrong(file + " holds no settings; write each as name: value");
        }
        Flag advertised = Flags.named("advertise-client-urls").orElseThrow();
        if (!values.isGiven(advertised.name())) {
            values.set(advertised, advertised.value()); // Only on a command line does etcd miss it.
        }
        return values;
    }

    private static void set(FlagValues values, Path file, String key, Object value) {
        String prefix = SECTIONS.get(key);
        if (prefix != null && value instanceof Map<?, ?> section) {
            section.forEach((inner, setting) -> set(values, file, prefix + inner, setting));
            return;
        }
        Optional<Flag> flag = Flags.named(key);
        if (flag.isEmpty()) {
            values.warn("there is no setting " + key + " (" + file + ")");
        } else if (value != null) {
            try {
                values.set(flag.get(), text(value));
            } catch (IllegalArgumentException e) {
                throw FlagException.wrong(
                        "invalid value \"" + text(value) + "\" for " + key + " in " + file + ": " + e.getMessage());
            }
        }
    }

    private static String text(Object value) {
        return value instanceof Collection<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
    }
}
