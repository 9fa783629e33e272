package io.troupe.etcd.standalone;

import java.util.List;
import java.util.Locale;

/**
 * One of etcd's flags.
 *
 * @param name without dashes
 * @param value what it stands at when it is not given
 * @param help one line
 */
record Flag(String name, Kind kind, String value, Use use, String help) {

    /** How a flag's value is written; a wrong one is refused as Go's flag package does it. */
    sealed interface Kind {

        /** May stand alone, for true. */
        record Bool() implements Kind {}

        record Text() implements Kind {}

        /** Decimal, or hexadecimal after 0x. */
        record Whole(boolean signed) implements Kind {}

        /** As {@code 1h30m} or {@code 100ms}. */
        record Span() implements Kind {}

        /** Comma-separated, each with a scheme, a host and a port. */
        record Urls() implements Kind {}

        record OneOf(List<String> values) implements Kind {}
    }

    /** What becomes of a flag here. */
    enum Use {
        /** It means what it means in etcd. */
        HONOURED,
        /** Taken without a word: what it asks for is always so, or makes no difference that a client could see. */
        IMMATERIAL,
        /** Taken with a warning that it has no effect. */
        WITHOUT_EFFECT,
        /** Refused when it is set to something other than its default: what it asks for must not be passed over. */
        REFUSED
    }

    boolean isBool() {
        return kind instanceof Kind.Bool;
    }

    /** The environment variable that sets it. */
    String variable() {
        return "ETCD_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
