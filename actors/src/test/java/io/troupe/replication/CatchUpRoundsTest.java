package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CatchUpRoundsTest {

    @Test
    void aLearnerHasCaughtUpWhenItsLastRoundWasShortAndThePresentOneIs() { // thesis §4.2.1
        CatchUpRounds learner = new CatchUpRounds(2, 10);
        learner.onProgress(5, 12);
        assertThat(learner.areDone()).isFalse();
        ticks(learner, 3);
        learner.onProgress(10, 20);
        assertThat(learner.areDone()).as("the round took three ticks").isFalse();
        ticks(learner, 2);
        learner.onProgress(20, 30);
        assertThat(learner.areDone()).isTrue();
        ticks(learner, 3);
        assertThat(learner.areDone()).as("the next takes three already").isFalse();
    }

    private static void ticks(CatchUpRounds learner, int count) {
        for (int i = 0; i < count; i++) {
            learner.onTick();
        }
    }
}
