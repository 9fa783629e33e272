package io.troupe.sim.checker.input;

import java.io.IOException;
import java.io.Reader;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * What Clojure prints and EDN does not have, as tagged values that EDN has: {@code 1/3}, {@code 0x1f}, {@code ##NaN} and
 * {@code #"a\.b"}. Histories are printed by Clojure, and hold such things at least beside what is judged.
 */
final class ClojureReader extends Reader {

    /** The tag of a ratio's words. */
    static final String RATIO = "clojure/ratio";

    /** The tag of the name of a number that is none. */
    static final String DOUBLE = "clojure/double";

    private static final int TOKEN_CHARS_MAX = 1 << 10;
    private static final Pattern RATIO_WORDS = Pattern.compile("[+-]?\\d+/\\d+");
    private static final Pattern HEX = Pattern.compile("([+-]?)0[xX]([0-9a-fA-F]+)N?");

    private enum Within {
        TOKENS,
        COMMENT,
        TEXT,
        REGEX
    }

    private final Reader reader;
    private final char[] buffer = new char[1 << 16];
    private int length;
    private int next;
    private final StringBuilder translated = new StringBuilder();
    private int translatedNext;
    private Within within = Within.TOKENS;
    private boolean atStart = true;

    ClojureReader(Reader reader) {
        this.reader = reader;
    }

    @Override
    public int read(char[] into, int from, int count) throws IOException {
        int given = 0;
        while (given < count) {
            int c = one();
            if (c < 0) {
                break;
            }
            into[from + given++] = (char) c;
        }
        return given == 0 && count > 0 ? -1 : given;
    }

    private int one() throws IOException {
        if (translatedNext < translated.length()) {
            return translated.charAt(translatedNext++);
        }
        if (next == length && !fill()) {
            return -1;
        }
        char c = buffer[next++];
        switch (within) {
            case COMMENT -> within = c == '\n' ? Within.TOKENS : within;
            case TEXT -> {
                if (c == '"') {
                    within = Within.TOKENS;
                } else if (c == '\\') {
                    return asItIs(c);
                }
            }
            case REGEX -> {
                if (c == '"') {
                    within = Within.TOKENS;
                } else if (c == '\\') {
                    int escaped = following(0);
                    next += escaped < 0 ? 0 : 1;
                    return instead("\\\\" + (escaped == '"' ? "\\\"" : escaped < 0 ? "" : (char) escaped));
                }
            }
            case TOKENS -> {
                return token(c);
            }
        }
        return c;
    }

    private int token(char c) throws IOException {
        boolean wasAtStart = atStart;
        atStart = isDelimiter(c);
        if (c == ';') {
            within = Within.COMMENT;
        } else if (c == '"') {
            within = Within.TEXT;
        } else if (c == '\\') {
            return asItIs(c); // a character: what follows opens nothing
        } else if (c == '#' && wasAtStart) {
            return dispatch();
        } else if (wasAtStart && (Character.isDigit(c) || c == '-' || c == '+')) {
            return number(c);
        }
        return c;
    }

    private int dispatch() throws IOException {
        int after = following(0);
        if (after == '"') {
            next++;
            within = Within.REGEX;
            return instead("#clojure/regex \"");
        }
        if (after == '#') {
            next++;
            String name = rest();
            next += name.length();
            return instead("#" + DOUBLE + " \"" + name.replace("Inf", "Infinity") + "\" ");
        }
        return '#';
    }

    private int number(char first) throws IOException {
        String rest = rest();
        boolean isPlain = rest.indexOf('/') < 0 && rest.indexOf('x') < 0 && rest.indexOf('X') < 0;
        if (isPlain) {
            return first;
        }
        String words = first + rest;
        if (RATIO_WORDS.matcher(words).matches()) {
            next += rest.length();
            return instead("#" + RATIO + " \"" + words + "\" ");
        }
        var hex = HEX.matcher(words);
        if (hex.matches()) {
            next += rest.length();
            return instead(hex.group(1).replace("+", "") + new BigInteger(hex.group(2), 16));
        }
        return first;
    }

    /** What is left of the token. */
    private String rest() throws IOException {
        int end = 0;
        while (end < TOKEN_CHARS_MAX && following(end) >= 0 && !isDelimiter((char) following(end))) {
            end++;
        }
        return new String(buffer, next, end);
    }

    private int asItIs(char c) throws IOException {
        int after = following(0);
        if (after >= 0) {
            next++;
            instead(String.valueOf((char) after));
            translatedNext = 0;
        }
        return c;
    }

    private int instead(String text) {
        translated.setLength(0);
        translated.append(text);
        translatedNext = 1;
        return translated.charAt(0);
    }

    private static boolean isDelimiter(char c) {
        return Character.isWhitespace(c) || ",()[]{}\";".indexOf(c) >= 0;
    }

    /** The character so many after the next one, which stays; negative at the end. */
    private int following(int ahead) throws IOException {
        if (next + ahead >= length) {
            System.arraycopy(buffer, next, buffer, 0, length - next);
            length -= next;
            next = 0;
            while (length <= ahead) {
                int more = reader.read(buffer, length, buffer.length - length);
                if (more < 0) {
                    return -1;
                }
                length += more;
            }
        }
        return buffer[next + ahead];
    }

    private boolean fill() throws IOException {
        length = Math.max(0, reader.read(buffer, 0, buffer.length));
        next = 0;
        return length > 0;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
