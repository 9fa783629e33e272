package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PulseTest {

    private static final Duration TICK = Duration.ofMillis(50);

    private final Pulse.Lateness lateness = new Pulse.Lateness(TICK, 0);
    private long now;

    /** How many ticks a replica is told when its timer fires so many times, each so long after the one before. */
    private long ticks(int firings, long... everyMillis) {
        return LongStream.range(0, firings)
                .map(i -> {
                    now += TimeUnit.MILLISECONDS.toNanos(everyMillis[(int) (i % everyMillis.length)]);
                    return lateness.isTickLost(now) ? 2 : 1;
                })
                .sum();
    }

    @Test
    @DisplayName("A timer in time gives its ticks")
    void inTime() {
        assertThat(ticks(100, 50)).isEqualTo(100);
    }

    @Test
    @DisplayName("A timer that is always late gives as many ticks as there is time, to one")
    void alwaysLate() {
        assertThat(ticks(100, 60)).isEqualTo(6_000 / 50);
        assertThat(ticks(100, 85)).isEqualTo(8_500 / 50);
    }

    @Test
    @DisplayName("Late once and early after is in time")
    void jitter() {
        assertThat(ticks(100, 90, 10)).isEqualTo(100);
    }

    @Test
    @DisplayName("Of the ticks that a pause has cost none is made up for")
    void pause() {
        assertThat(ticks(1, 3_000)).isEqualTo(1);
        assertThat(ticks(100, 50)).isEqualTo(100);
        assertThat(ticks(1, 100)).isEqualTo(1);
    }
}
