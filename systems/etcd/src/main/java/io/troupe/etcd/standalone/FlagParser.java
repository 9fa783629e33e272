package io.troupe.etcd.standalone;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a command line by the rules of Go's package flag, which etcd uses, and then the environment by etcd's: one dash or
 * two, {@code -name value} or {@code -name=value}, a boolean flag's value only after {@code =}, the last of several wins,
 * and nothing but flags. Failures are in the same words.
 */
final class FlagParser {

    private final Deque<String> left;
    private final FlagValues values = new FlagValues();

    private FlagParser(List<String> arguments) {
        this.left = new ArrayDeque<>(arguments);
    }

    /**
     * @return empty when help is asked for
     * @throws FlagException when they cannot be read
     */
    static Optional<FlagValues> parse(List<String> arguments) {
        return new FlagParser(arguments).parse();
    }

    private Optional<FlagValues> parse() {
        while (!left.isEmpty()) {
            String argument = left.peek();
            if (argument.length() < 2 || argument.charAt(0) != '-') {
                break;
            }
            left.pop();
            if (argument.equals("--")) {
                break;
            }
            if (!parseFlag(argument)) {
                return Optional.empty();
            }
        }
        if (!left.isEmpty()) {
            throw FlagException.wrong("'" + left.peek() + "' is not a valid flag");
        }
        return Optional.of(values);
    }

    /** @return false when help is asked for */
    private boolean parseFlag(String argument) {
        String body = argument.substring(argument.startsWith("--") ? 2 : 1);
        if (body.isEmpty() || body.charAt(0) == '-' || body.charAt(0) == '=') {
            throw FlagException.unreadable("bad flag syntax: " + argument);
        }
        int equals = body.indexOf('=');
        String name = equals < 0 ? body : body.substring(0, equals);
        Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(body.substring(equals + 1));
        Optional<Flag> flag = Flags.named(name);
        if (flag.isEmpty()) {
            if (name.equals("h") || name.equals("help")) {
                return false;
            }
            throw FlagException.unreadable("flag provided but not defined: -" + name);
        }
        set(flag.get(), value);
        return true;
    }

    private void set(Flag flag, Optional<String> attached) {
        String name = flag.name();
        if (flag.isBool()) {
            try {
                values.set(flag, attached.orElse("true"));
            } catch (IllegalArgumentException e) {
                throw FlagException.unreadable(
                        "invalid boolean value \"" + attached.orElse("") + "\" for -" + name + ": " + e.getMessage());
            }
            return;
        }
        if (attached.isEmpty() && left.isEmpty()) {
            throw FlagException.unreadable("flag needs an argument: -" + name);
        }
        String value = attached.orElseGet(left::pop);
        try {
            values.set(flag, value);
        } catch (IllegalArgumentException e) {
            throw FlagException.unreadable("invalid value \"" + value + "\" for flag -" + name + ": " + e.getMessage());
        }
    }

    /**
     * Sets from {@code ETCD_*} variables what the command line left open.
     *
     * @throws FlagException when a variable holds no such value, or is shadowed by a flag
     */
    static void readEnvironment(FlagValues values, Map<String, String> environment) {
        Map<String, String> unread = new TreeMap<>(environment);
        List<String> shadowed = new ArrayList<>();
        for (Flag flag : Flags.all()) {
            String value = unread.remove(flag.variable());
            if (value == null || value.isEmpty()) {
                continue;
            }
            if (values.isGiven(flag.name())) {
                shadowed.add(flag.variable());
                continue;
            }
            try {
                values.set(flag, value);
            } catch (IllegalArgumentException e) {
                throw FlagException.wrong(
                        "invalid value \"" + value + "\" for " + flag.variable() + ": " + e.getMessage());
            }
            values.note("recognized and used environment variable " + flag.variable() + "=" + value);
        }
        if (!shadowed.isEmpty()) {
            throw FlagException.wrong("conflicting environment variable \"" + shadowed.get(0)
                    + "\" is shadowed by corresponding command-line flag (either unset environment variable or disable"
                    + " flag)");
        }
        unread.keySet().stream()
                .filter(name -> name.startsWith("ETCD_"))
                .forEach(name -> values.warn("unrecognized environment variable " + name));
    }
}
