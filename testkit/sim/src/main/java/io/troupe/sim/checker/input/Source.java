package io.troupe.sim.checker.input;

import java.io.IOException;
import java.io.Reader;
import us.bpsm.edn.parser.Parseable;

/** Characters with a line count, for a parser that does not keep one. */
final class Source implements Parseable {

    private final Reader reader;
    private final char[] buffer = new char[1 << 16];
    private int length;
    private int next;
    private final int[] unread = new int[2];
    private int unreadCount;
    private int line = 1;

    Source(Reader reader) {
        this.reader = reader;
    }

    /** The line of the character that comes next. */
    int line() {
        return line;
    }

    @Override
    public int read() throws IOException {
        int c;
        if (unreadCount > 0) {
            c = unread[--unreadCount];
        } else {
            if (next == length) {
                length = reader.read(buffer);
                next = 0;
                if (length <= 0) {
                    length = 0;
                    return Parseable.END_OF_INPUT;
                }
            }
            c = buffer[next++];
        }
        if (c == '\n') {
            line++;
        }
        return c;
    }

    /** Puts back up to two characters. */
    @Override
    public void unread(int c) {
        if (c == '\n') {
            line--;
        }
        unread[unreadCount++] = c;
    }

    /** Skips blanks, commas and comments, and looks at what comes then; END_OF_INPUT at the end. */
    int peek() throws IOException {
        while (true) {
            int c = read();
            if (c == ';') {
                while (c != '\n' && c != Parseable.END_OF_INPUT) {
                    c = read();
                }
            }
            if (c == Parseable.END_OF_INPUT) {
                return c;
            }
            if (c != ',' && !Character.isWhitespace(c)) {
                unread(c);
                return c;
            }
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
