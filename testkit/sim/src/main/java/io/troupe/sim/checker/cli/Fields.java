package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks into maps whose keys are keywords in EDN and strings in JSON. */
final class Fields {

    private Fields() {}

    static boolean has(@Nullable Object map, String name) {
        return map instanceof Map<?, ?> fields
                && fields.keySet().stream().anyMatch(key -> name.equals(Values.name(key)));
    }

    /** Null when there is none, or it is nil. */
    static @Nullable Object in(@Nullable Object map, String name) {
        if (map instanceof Map<?, ?> fields) {
            for (var field : fields.entrySet()) {
                if (name.equals(Values.name(field.getKey()))) {
                    return field.getValue();
                }
            }
        }
        return null;
    }
}
