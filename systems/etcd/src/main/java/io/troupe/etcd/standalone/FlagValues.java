package io.troupe.etcd.standalone;

import io.troupe.etcd.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What every flag stands at: what was given, else the default. Values are checked when they are set. */
final class FlagValues {

    private static final List<String> TRUE = List.of("1", "t", "T", "true", "TRUE", "True");
    private static final List<String> FALSE = List.of("0", "f", "F", "false", "FALSE", "False");

    private final Map<String, String> given = new TreeMap<>();
    /** What to tell in the log: flags without effect, variables used. */
    private final List<String> warnings = new ArrayList<>();

    private final List<String> notes = new ArrayList<>();

    /** @throws IllegalArgumentException saying what is wrong with the value, in Go's words where Go has some */
    void set(Flag flag, String value) {
        Flag.Kind kind = flag.kind();
        if (kind instanceof Flag.Kind.Bool) {
            given.put(flag.name(), Boolean.toString(parseBool(value)));
            return;
        }
        if (kind instanceof Flag.Kind.Whole whole) {
            parseWhole(value, whole.signed());
        } else if (kind instanceof Flag.Kind.Span && GoDuration.parse(value).isEmpty()) {
            throw new IllegalArgumentException("parse error");
        } else if (kind instanceof Flag.Kind.Urls && !value.isEmpty()) {
            MemberUrl.parseAll(value);
        } else if (kind instanceof Flag.Kind.OneOf one && !one.values().contains(value)) {
            throw new IllegalArgumentException("invalid value");
        }
        given.put(flag.name(), value);
    }

    private static boolean parseBool(String value) {
        if (!TRUE.contains(value) && !FALSE.contains(value)) {
            throw new IllegalArgumentException("parse error");
        }
        return TRUE.contains(value);
    }

    private static long parseWhole(String value, boolean signed) {
        try {
            long number = Long.decode(value);
            if (!signed && number < 0) {
                throw new IllegalArgumentException("parse error");
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("parse error", e);
        }
    }

    boolean isGiven(String name) {
        return given.containsKey(name);
    }

    /** Whether it stands at another value than its default. */
    boolean isSet(String name) {
        return !text(name).equals(flag(name).value());
    }

    String text(String name) {
        return given.getOrDefault(name, flag(name).value());
    }

    boolean flagged(String name) {
        return Boolean.parseBoolean(text(name));
    }

    long whole(String name) {
        return Long.decode(text(name));
    }

    Duration span(String name) {
        return GoDuration.parse(text(name)).orElseThrow();
    }

    List<MemberUrl> urls(String name) {
        String text = text(name);
        return text.isEmpty() ? List.of() : MemberUrl.parseAll(text);
    }

    void warn(String line) {
        warnings.add(line);
    }

    void note(String line) {
        notes.add(line);
    }

    /** To be logged once logging is set up. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * What was given and has no effect.
     *
     * @throws FlagException for a flag that must not be passed over
     */
    List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        for (Flag flag : Flags.all()) {
            if (!isSet(flag.name())) {
                continue;
            }
            if (flag.use() == Flag.Use.REFUSED) {
                throw FlagException.wrong("--" + flag.name() + " is not supported. " + flag.help());
            }
            if (flag.use() == Flag.Use.WITHOUT_EFFECT) {
                String why = flag.help().isEmpty() ? "" : ". " + flag.help();
                all.add("--" + flag.name() + "=" + text(flag.name()) + " has no effect here" + why);
            }
        }
        return all;
    }

    private static Flag flag(String name) {
        return Flags.named(name).orElseThrow(() -> new IllegalArgumentException("etcd has no flag " + name));
    }
}
