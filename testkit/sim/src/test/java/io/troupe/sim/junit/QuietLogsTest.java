package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.slf4j.LoggerFactory;

class QuietLogsTest {

    private static final Logger LOUD = (Logger) LoggerFactory.getLogger("loud");
    private static final Logger BELOW = (Logger) LoggerFactory.getLogger("loud.below");

    /** Run by the test below alone. */
    @QuietLogs
    static class Quiet {

        @Test
        void nothingIsLogged() {
            assertThat(LOUD.isErrorEnabled() || BELOW.isErrorEnabled()).isFalse();
        }

        @Nested
        class Within {
            @Test
            void nothingIsLoggedEither() {
                assertThat(LOUD.isErrorEnabled() || BELOW.isErrorEnabled()).isFalse();
            }
        }
    }

    @AfterEach
    void asBefore() {
        LOUD.setLevel(null);
    }

    @Test
    void nothingIsLoggedMeanwhileAndLevelsAreAsBeforeAfterwards() {
        LOUD.setLevel(Level.DEBUG);
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(Quiet.class))
                                .build(),
                        listener);
        assertThat(listener.getSummary().getTestsSucceededCount()).isEqualTo(2);
        assertThat(LOUD.getLevel()).isEqualTo(Level.DEBUG);
        assertThat(BELOW.isDebugEnabled()).isTrue();
        assertThat(BELOW.getLevel()).isNull();
    }
}
