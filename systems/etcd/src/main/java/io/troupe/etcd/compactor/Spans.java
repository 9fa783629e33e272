package io.troupe.etcd.compactor;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, such as 1h30m or 500ms; a bare number counts hours. */
final class Spans {

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h)");

    private Spans() {}

    /** @throws IllegalArgumentException saying what is wrong */
    static Duration parse(String text) {
        if (text.matches("\\d{1,9}")) {
            return Duration.ofHours(Long.parseLong(text));
        }
        Matcher part = PART.matcher(text);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos += Double.parseDouble(part.group(1)) * nanosOf(part.group(2));
            end = part.end();
        }
        boolean whole = end == text.length() && end > 0;
        if (!whole || nanos >= Long.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "is \"" + text + "\"; it must be a duration such as 30m or 1h30m, or a number of hours");
        }
        return Duration.ofNanos((long) nanos);
    }

    private static double nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> throw new IllegalArgumentException("is in " + unit + ", which is no unit of time");
        };
    }
}
