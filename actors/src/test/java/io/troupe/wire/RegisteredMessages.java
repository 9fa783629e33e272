package io.troupe.wire;

import java.util.List;

/** What a module's {@link WireTypes} say that it sends or persists. */
public final class RegisteredMessages {

    private RegisteredMessages() {}

    /** @param module as in {@link WireTypes#module} */
    public static List<Class<?>> of(String module) {
        return Registrations.load(RegisteredMessages.class.getClassLoader()).entries().stream()
                .filter(entry -> entry.module().equals(module))
                .<Class<?>>map(Registrations.Entry::type)
                .filter(Wire.class::isAssignableFrom)
                .toList();
    }
}
