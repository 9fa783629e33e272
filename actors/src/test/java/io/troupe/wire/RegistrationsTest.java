package io.troupe.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RegistrationsTest {

    record Ping() {}

    record Pong() {}

    private static WireTypes module(String name, Consumer<WireTypes.Registry> types) {
        return new WireTypes() {
            @Override
            public String module() {
                return name;
            }

            @Override
            public void register(Registry registry) {
                types.accept(registry);
            }
        };
    }

    @Test
    void oneIdForTwoClassesIsRefusedNamingBoth() {
        assertThatThrownBy(() -> Registrations.of(
                        module("left", r -> r.message(500, Ping.class)),
                        module("right", r -> r.message(500, Pong.class))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Ping with id 500 by module 'left'")
                .hasMessageContaining("Pong with id 500 by module 'right'");
    }

    @Test
    void oneClassUnderTwoIdsIsRefusedNamingBoth() {
        assertThatThrownBy(() -> Registrations.of(module("twice", r -> {
                    r.message(500, Ping.class);
                    r.event(501, 1, Ping.class);
                })))
                .hasMessageContaining("with id 500")
                .hasMessageContaining("with id 501");
    }

    @Test
    void idsOfKryoItselfAndVersionsBelowOneAreRefused() {
        assertThatThrownBy(() -> Registrations.of(module("low", r -> r.message(9, Ping.class))))
                .hasMessageContaining("ids start at 10");
        assertThatThrownBy(() -> Registrations.of(module("old", r -> r.event(500, 0, Ping.class))))
                .hasMessageContaining("versions start at 1");
    }

    @Test
    void everyModuleOnTheClassPathIsFound() {
        Registrations found = Registrations.load(getClass().getClassLoader());
        assertThat(found.entries()).extracting(Registrations.Entry::module).contains("wire", "wire-tests");
    }
}
