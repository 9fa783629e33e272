package io.troupe.sim.checker.input;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import us.bpsm.edn.Keyword;
import us.bpsm.edn.Symbol;
import us.bpsm.edn.TaggedValue;

/**
 * The values in histories: numbers, strings, booleans, keywords, lists, sets and maps of those, and null for nil. A model
 * that keeps states by value wants none of them null: {@link #NIL} stands for nil there.
 */
public final class Values {

    private enum Nil {
        NIL;

        @Override
        public String toString() {
            return "nil";
        }
    }

    /** nil where null cannot stand. */
    public static final Object NIL = Nil.NIL;

    private Values() {}

    public static Object orNil(@Nullable Object value) {
        return value == null ? NIL : value;
    }

    public static boolean isNil(@Nullable Object value) {
        return value == null || value == NIL;
    }

    /** The text of a keyword, symbol or string; null for anything else. */
    public static @Nullable String name(@Nullable Object value) {
        if (value instanceof Keyword keyword) {
            return keyword.getName();
        }
        if (value instanceof Symbol symbol) {
            return symbol.getName();
        }
        return value instanceof String text ? text : null;
    }

    /** The two elements of a pair such as {@code [old new]} or Jepsen's {@code [key value]}, null if it is none. */
    public static @Nullable List<?> pair(@Nullable Object value) {
        Object bare = value instanceof TaggedValue tagged ? tagged.getValue() : value;
        return bare instanceof List<?> list && list.size() == 2 ? list : null;
    }

    /** Whether {@code value} says of itself that it is a key and a value of Jepsen's {@code independent}. */
    public static boolean isIndependentTuple(@Nullable Object value) {
        return value instanceof TaggedValue tagged
                && pair(value) != null
                && (tagged.getTag().getName().endsWith("Tuple")
                        || tagged.getTag().getName().endsWith("MapEntry"));
    }

    /** As EDN would write it. */
    public static String show(@Nullable Object value) {
        var text = new StringBuilder();
        show(value, text);
        return text.toString();
    }

    private static void show(@Nullable Object value, StringBuilder text) {
        if (value == null) {
            text.append("nil");
        } else if (value instanceof String string) {
            text.append('"')
                    .append(string.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        } else if (value instanceof List<?> list) {
            all(list, "[", "]", text);
        } else if (value instanceof Set<?> set) {
            all(set, "#{", "}", text);
        } else if (value instanceof Map<?, ?> map) {
            text.append('{');
            String comma = "";
            for (var entry : map.entrySet()) {
                text.append(comma);
                show(entry.getKey(), text);
                text.append(' ');
                show(entry.getValue(), text);
                comma = ", ";
            }
            text.append('}');
        } else if (value instanceof TaggedValue tagged) {
            show(
                    tagged.getValue(),
                    text.append('#').append(tagged.getTag().getName()).append(' '));
        } else {
            text.append(value);
        }
    }

    private static void all(Iterable<?> values, String open, String close, StringBuilder text) {
        text.append(open);
        String space = "";
        for (Object value : values) {
            text.append(space);
            show(value, text);
            space = " ";
        }
        text.append(close);
    }
}
