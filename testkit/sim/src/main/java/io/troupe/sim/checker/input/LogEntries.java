package io.troupe.sim.checker.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The console log of an old Jepsen, as Porcupine's etcd tests read it: {@code INFO  jepsen.util - 2 :invoke :cas [3 0]}.
 * Lines of other loggers are passed over; a line of this one that is no operation is an error.
 */
final class LogEntries {

    private static final Pattern OPERATION = Pattern.compile("^INFO\\s+jepsen\\.util\\s+-\\s+(\\S.*)$");
    private static final Pattern FIELDS = Pattern.compile("^(\\S+)\\s+:(\\S+)\\s+:(\\S+)(?:\\s+(.*))?$");

    private LogEntries() {}

    static boolean looksLike(String line) {
        return OPERATION.matcher(line).matches();
    }

    static List<Entry> read(Reader reader) throws IOException, BadInput {
        List<Entry> entries = new ArrayList<>();
        var lines = new BufferedReader(reader);
        int number = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            var operation = OPERATION.matcher(line);
            if (operation.matches()) {
                entries.add(entry(operation.group(1).strip(), number));
            }
        }
        return entries;
    }

    private static Entry entry(String text, int line) throws BadInput {
        var fields = FIELDS.matcher(text);
        if (!fields.matches()) {
            throw new BadInput(line, "'process :type :f value' was expected, not '" + text + "'");
        }
        var type = Entries.type(fields.group(2), fields.group(2), line);
        @Nullable Object value;
        @Nullable Object process;
        try {
            String written = fields.group(4);
            value = written == null || written.isBlank() ? null : EdnEntries.value(written);
            process = EdnEntries.value(fields.group(1));
        } catch (BadInput e) {
            throw new BadInput(line, e.getMessage());
        }
        return new Entry(line, process, type, fields.group(3), null, value);
    }
}
