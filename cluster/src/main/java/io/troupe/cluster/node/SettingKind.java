package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/** What kind of value a setting takes, as its default shows; its owner knows the bounds. */
enum SettingKind {
    SECTION("give a section: { … }", (config, path) -> is(config, path, ConfigValueType.OBJECT)),
    /** As system properties it is {@code path.0=a}, {@code path.1=b}. */
    LIST("give a list, such as [\"a\", \"b\"]", SettingKind::isList),
    FLAG("say on or off", (config, path) -> Set.of(true, false).contains(config.getBoolean(path))),
    WHOLE_NUMBER("give a whole number", (config, path) -> isWhole(config.getDouble(path))),
    NUMBER("give a number", (config, path) -> Double.isFinite(config.getDouble(path))),
    DURATION("give a duration, such as 500 ms or 10 s", (config, path) -> !config.getDuration(path)
            .isNegative()),
    SIZE("give a size in bytes, such as 512 KiB or 64 MiB", (config, path) -> config.getBytes(path) >= 0),
    TEXT(
            "give a text",
            (config, path) -> !is(config, path, ConfigValueType.OBJECT) && !is(config, path, ConfigValueType.LIST));

    private static final Set<String> FLAGS = Set.of("on", "off", "yes", "no", "true", "false");
    private static final Pattern WITH_UNIT = Pattern.compile("[0-9]+(\\.[0-9]+)?\\s*[a-zA-Z]+");
    private static final String HERE = "value";

    private final String right;
    private final BiPredicate<Config, String> accepts;

    SettingKind(String right, BiPredicate<Config, String> accepts) {
        this.right = right;
        this.accepts = accepts;
    }

    /** The kind of a default. A duration or a size is one only with its unit. */
    static SettingKind of(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> SECTION;
            case LIST -> LIST;
            case BOOLEAN -> FLAG;
            case NUMBER -> value.unwrapped() instanceof Double ? NUMBER : WHOLE_NUMBER;
            default -> ofText(value);
        };
    }

    private static SettingKind ofText(ConfigValue value) {
        String text = String.valueOf(value.unwrapped());
        if (FLAGS.contains(text)) {
            return FLAG;
        }
        if (!WITH_UNIT.matcher(text).matches()) {
            return TEXT;
        }
        return DURATION.accepts(value) ? DURATION : SIZE.accepts(value) ? SIZE : TEXT;
    }

    boolean accepts(ConfigValue value) {
        try {
            return accepts.test(value.atKey(HERE), HERE);
        } catch (ConfigException notOfThisKind) {
            return false;
        }
    }

    /** What to give instead of a value that is not accepted. */
    String right() {
        return right;
    }

    private static boolean is(Config config, String path, ConfigValueType type) {
        return config.getValue(path).valueType() == type;
    }

    private static boolean isList(Config config, String path) {
        config.getList(path); // Or it throws.
        return true;
    }

    private static boolean isWhole(double number) {
        return number == Math.rint(number) && Double.isFinite(number);
    }
}
