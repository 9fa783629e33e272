package io.troupe.sim.checker.input;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import us.bpsm.edn.EdnException;
import us.bpsm.edn.Keyword;
import us.bpsm.edn.Symbol;
import us.bpsm.edn.Tag;
import us.bpsm.edn.TaggedValue;
import us.bpsm.edn.parser.Parseable;
import us.bpsm.edn.parser.Parser;
import us.bpsm.edn.parser.Parsers;

/**
 * Jepsen's histories: operation maps one after the other, or all of them in one vector or list. A map may carry a tag
 * ({@code #jepsen.history.Op}), and a key that is not needed is not looked at. Knossos's old {@code [process type f
 * value]} vectors are read too.
 */
final class EdnEntries {

    private static final Parser.Config PRINTED_BY_CLOJURE = Parsers.newParserConfigBuilder()
            .putTagHandler(
                    Tag.newTag(Symbol.newSymbol("clojure", "ratio")), (tag, words) -> Ratio.of(String.valueOf(words)))
            .putTagHandler(
                    Tag.newTag(Symbol.newSymbol("clojure", "double")),
                    (tag, name) -> Double.valueOf(String.valueOf(name)))
            .build();

    private final Source source;
    private final Parser parser = Parsers.newParser(PRINTED_BY_CLOJURE);
    private final List<Entry> entries = new ArrayList<>();

    private EdnEntries(Reader reader) {
        this.source = new Source(new ClojureReader(reader));
    }

    static List<Entry> read(Reader reader) throws IOException, BadInput {
        return new EdnEntries(reader).all();
    }

    /** One EDN value, such as an initial state given on the command line. */
    static @Nullable Object value(String text) throws BadInput {
        var parser = Parsers.newParser(PRINTED_BY_CLOJURE);
        var source = Parsers.newParseable(new ClojureReader(new StringReader(text)));
        try {
            Object value = parser.nextValue(source);
            if (value == Parser.END_OF_INPUT || parser.nextValue(source) != Parser.END_OF_INPUT) {
                throw new BadInput(0, "one EDN value was expected, not '" + text + "'");
            }
            return value;
        } catch (EdnException | NumberFormatException e) {
            throw new BadInput(0, "'" + text + "' is not EDN: " + e.getMessage());
        }
    }

    private List<Entry> all() throws IOException, BadInput {
        int first = source.peek();
        if (first == '[' || first == '(') {
            int opened = source.line();
            source.read();
            if (isOldStyle()) {
                source.unread(first);
                each(Parseable.END_OF_INPUT, opened);
            } else {
                each(first == '[' ? ']' : ')', opened);
                if (source.peek() != Parseable.END_OF_INPUT) {
                    throw new BadInput(source.line(), "there is more after the end of the history's vector");
                }
            }
        } else {
            each(Parseable.END_OF_INPUT, 1);
        }
        return entries;
    }

    /** After an opening bracket: whether it opens one operation, {@code [0 :invoke :read nil]}, not the history. */
    private boolean isOldStyle() throws IOException {
        int c = source.read();
        source.unread(c);
        return Character.isDigit(c) || c == ':';
    }

    private void each(int end, int opened) throws IOException, BadInput {
        while (true) {
            int next = source.peek();
            int line = source.line();
            if (next == end) {
                if (end != Parseable.END_OF_INPUT) {
                    source.read();
                }
                return;
            }
            if (next == Parseable.END_OF_INPUT) {
                throw new BadInput(line, "the history that begins in line " + opened + " is not closed");
            }
            Object value;
            try {
                value = parser.nextValue(source);
            } catch (EdnException | NumberFormatException | UnsupportedOperationException e) {
                int at = source.line();
                throw new BadInput(
                        line, "not EDN" + (at > line ? " (up to line " + at + ")" : "") + ": " + e.getMessage());
            }
            if (value == Parser.END_OF_INPUT) {
                return;
            }
            entries.add(entry(value, line));
        }
    }

    private static Entry entry(@Nullable Object value, int line) throws BadInput {
        Object bare = value instanceof TaggedValue tagged ? tagged.getValue() : value;
        if (bare instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> fields = new HashMap<>();
            map.forEach((key, field) -> {
                if (key instanceof Keyword keyword && keyword.getPrefix().isEmpty()) { // :other/value is not :value
                    fields.put(keyword.getName(), field);
                }
            });
            return Entries.entry(fields, line);
        }
        if (bare instanceof List<?> tuple && tuple.size() == 4) {
            Map<String, @Nullable Object> fields = new HashMap<>();
            fields.put("process", tuple.get(0));
            fields.put("type", tuple.get(1));
            fields.put("f", tuple.get(2));
            fields.put("value", tuple.get(3));
            return Entries.entry(fields, line);
        }
        throw new BadInput(
                line, "an operation is a map such as {:process 0, :type :invoke, :f :read}, not " + brief(value));
    }

    private static String brief(@Nullable Object value) {
        String shown = Values.show(value);
        return shown.length() <= 60 ? shown : shown.substring(0, 60) + "…";
    }
}
