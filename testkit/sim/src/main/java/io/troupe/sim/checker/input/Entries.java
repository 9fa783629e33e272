package io.troupe.sim.checker.input;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What makes an operation map of EDN or JSON an {@link Entry}. */
final class Entries {

    private static final Map<String, Entry.Type> TYPES = new HashMap<>();

    static {
        for (var type : Entry.Type.values()) {
            TYPES.put(type.toString().toLowerCase(Locale.ROOT), type);
        }
    }

    private Entries() {}

    /** The type called {@code name}, without a colon. */
    static Entry.Type type(@Nullable String name, @Nullable Object written, int line) throws BadInput {
        var type = name == null ? null : TYPES.get(name);
        if (type == null) {
            throw new BadInput(
                    line, "the :type of an operation is :invoke, :ok, :fail or :info, not " + Values.show(written));
        }
        return type;
    }

    /** @param fields by name without a colon */
    static Entry entry(Map<String, @Nullable Object> fields, int line) throws BadInput {
        if (!fields.containsKey("type")) {
            throw new BadInput(line, "an operation has no :type");
        }
        Object written = fields.get("type");
        var type = type(Values.name(written), written, line);
        Object f = fields.get("f");
        String name = Values.name(f);
        if (f != null && name == null) {
            throw new BadInput(line, "the :f of an operation is a keyword, not " + Values.show(f));
        }
        return new Entry(
                line, fields.get("process"), type, name == null ? "" : name, fields.get("key"), fields.get("value"));
    }
}
