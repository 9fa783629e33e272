package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BeforeAnyTestTest {

    /** Run by itself, nothing else than the listener has prepared this JVM. */
    @Test
    void theJvmIsPreparedBeforeItsFirstTest() {
        assertThat(new CompletableFuture<Void>().defaultExecutor().getClass().getName())
                .isEqualTo("io.troupe.sim.AsyncPool");
    }
}
