package io.troupe.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AvailabilityTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void theLongestSilenceIsMeasuredBetweenAnyTwoAcknowledgements() {
        var availability = new Availability(0);
        availability.acknowledged(SECOND);
        availability.acknowledged(4 * SECOND);
        availability.acknowledged(5 * SECOND);

        assertThat(availability.longestGap()).isEqualTo(Duration.ofSeconds(3));
        assertThat(availability.longestGapEndNanos()).isEqualTo(4 * SECOND);
        assertThat(availability.count()).isEqualTo(3);
    }

    @Test
    void aServiceThatNeverAnswersOrStopsAnsweringIsAway() {
        var neverAnswered = new Availability(0);
        neverAnswered.end(7 * SECOND);
        assertThat(neverAnswered.longestGap()).isEqualTo(Duration.ofSeconds(7));

        var slowToConnect = new Availability(0);
        slowToConnect.acknowledged(5 * SECOND);
        slowToConnect.acknowledged(6 * SECOND);
        assertThat(slowToConnect.longestGap()).isEqualTo(Duration.ofSeconds(1));

        var stoppedAnswering = new Availability(0);
        stoppedAnswering.acknowledged(SECOND);
        stoppedAnswering.end(9 * SECOND);
        assertThat(stoppedAnswering.longestGap()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void acknowledgementsThatArriveOutOfOrderDoNotShortenTheSilence() {
        var availability = new Availability(0);
        availability.acknowledged(0);
        availability.acknowledged(3 * SECOND);
        availability.acknowledged(2 * SECOND);
        availability.acknowledged(4 * SECOND);

        assertThat(availability.longestGap()).isEqualTo(Duration.ofSeconds(3));
        assertThat(availability.silentFor(5 * SECOND)).isEqualTo(Duration.ofSeconds(1));
    }
}
