package io.troupe.sim.checker.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/** How a history is written down. */
public enum InputFormat {
    /** Told by the first characters. */
    AUTO,
    /** Operation maps as Jepsen and Knossos write them. */
    EDN,
    /** One JSON object a line, or an array of them. */
    JSONL,
    /** The Jepsen console log that Porcupine's etcd tests read. */
    PORCUPINE_ETCD,
    /** Porcupine's key-value logs: EDN maps with a {@code :key}. */
    PORCUPINE_KV;

    private static final int LOOK_AHEAD_CHARS = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** All events, in order. */
    public List<Entry> read(Reader input) throws IOException, BadInput {
        var reader = new BufferedReader(input, 1 << 16);
        skipByteOrderMark(reader);
        var entries =
                switch (this == AUTO ? detect(reader) : this) {
                    case AUTO, EDN, PORCUPINE_KV -> EdnEntries.read(reader);
                    case JSONL -> JsonEntries.read(reader);
                    case PORCUPINE_ETCD -> LogEntries.read(reader);
                };
        if (entries.isEmpty()) {
            throw new BadInput(0, "it is empty; an empty history proves nothing");
        }
        return told(entries);
    }

    /** Events of a history that stands on one line are told apart by their position. */
    private static List<Entry> told(List<Entry> entries) {
        boolean oneLine =
                entries.get(0).line() == entries.get(entries.size() - 1).line();
        if (!oneLine || entries.size() == 1) {
            return entries;
        }
        List<Entry> told = new ArrayList<>(entries.size());
        entries.forEach(entry -> told.add(entry.at(told.size() + 1)));
        return told;
    }

    /** Editors of one operating system put it before everything. */
    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
    }

    /** One value in EDN, such as one given on a command line; {@link Values#NIL} for nil. */
    public static Object value(String text) throws BadInput {
        return Values.orNil(EdnEntries.value(text));
    }

    private static InputFormat detect(BufferedReader reader) throws IOException {
        reader.mark(LOOK_AHEAD_CHARS);
        var head = new char[LOOK_AHEAD_CHARS - 1];
        int length = 0;
        for (int n = 0; n >= 0 && length < head.length; n = reader.read(head, length, head.length - length)) {
            length += n;
        }
        reader.reset();
        String text = new String(head, 0, length);
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (LogEntries.looksLike(line)) {
                return PORCUPINE_ETCD;
            }
            String start = line.strip();
            if (start.isEmpty() || start.startsWith(";")) {
                continue;
            }
            if (start.startsWith("{") || start.startsWith("[") || start.startsWith("(") || start.startsWith("#")) {
                return isJson(text.substring(text.indexOf(start))) ? JSONL : EDN;
            }
        }
        return EDN;
    }

    /** JSON's first key is a string where EDN has a keyword. */
    private static boolean isJson(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return true;
            }
            if ("[{ \t\r\n".indexOf(c) < 0) {
                return false;
            }
        }
        return false;
    }
}
