package io.troupe.sim.checker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogChecksTest {

    private static List<String> names(List<Finding> findings) {
        return findings.stream().map(Finding::name).distinct().toList();
    }

    /** 0 to 9 are sent in turn to partition 0 and acknowledged; 10 failed; of 11 nobody knows. */
    private static StreamLog log(boolean readToTheEnd) {
        var log = new StreamLog(readToTheEnd);
        for (int i = 0; i < 10; i++) {
            log.sent(i, 0, i, StreamLog.Outcome.ACKNOWLEDGED, 2 * i, 2 * i + 1);
        }
        log.sent(10, 0, 10, StreamLog.Outcome.FAILED, 50, 51);
        log.sent(11, 0, 11, StreamLog.Outcome.UNKNOWN, 52, Long.MAX_VALUE);
        return log;
    }

    private static List<String> received(boolean toTheEnd, int[]... consumers) {
        var log = log(toTheEnd);
        for (int consumer = 0; consumer < consumers.length; consumer++) {
            for (int message : consumers[consumer]) {
                log.received(100, consumer, 0, message);
            }
        }
        return names(log.findings());
    }

    @Test
    void everythingOnceAndInOrderIsWell() {
        assertThat(received(true, new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})).isEmpty();
        assertThat(received(true, new int[] {0, 1, 2, 3, 4}, new int[] {5, 6, 7, 8, 9, 11}))
                .isEmpty();
        assertThat(received(false, new int[] {0, 1, 2})).isEmpty();
    }

    @Test
    void eachRuleIsNamedWhenItIsBroken() {
        assertThat(received(false, new int[] {0, 2})).containsExactly("lost");
        assertThat(received(true, new int[] {0, 1, 2})).containsExactly("lost");
        assertThat(received(false, new int[] {0, 1, 1})).containsExactly("duplicate");
        assertThat(received(false, new int[] {0, 2, 1})).containsExactly("reordered");
        assertThat(received(false, new int[] {0, 77})).containsExactly("phantom");
        assertThat(received(true, new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})).containsExactly("aborted");
    }

    @Test
    void consumersAgreeOnTheOrderOfWhatWasSentAtOnce() {
        var log = new StreamLog(false);
        log.sent(0, "p", "a", StreamLog.Outcome.ACKNOWLEDGED, 0, 9);
        log.sent(1, "p", "b", StreamLog.Outcome.ACKNOWLEDGED, 1, 8);
        log.received(2, "one", "p", "a");
        log.received(2, "one", "p", "b");
        log.received(3, "two", "p", "b");
        log.received(3, "two", "p", "a");
        assertThat(names(log.findings())).containsExactly("disagreement");
    }

    @Test
    void aSessionThatFollowsAGrowingStoreKeepsAllGuarantees() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            var sessions = new SessionGuarantees();
            long version = 0;
            for (int i = 0; i < 200; i++) {
                if (random.nextBoolean()) {
                    sessions.wrote(i, random.nextInt(4), "x", ++version);
                } else {
                    sessions.read(i, random.nextInt(4), "x", version);
                }
            }
            assertThat(sessions.findings()).isEmpty();
        }
    }

    @Test
    void eachGuaranteeIsNamedWhenItIsBroken() {
        var reads = new SessionGuarantees();
        reads.read(0, 1, "x", 5);
        reads.read(1, 2, "x", 4);
        reads.read(2, 1, "x", 4);
        assertThat(reads.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.name()).isEqualTo("monotonic-reads");
            assertThat(finding.events()).containsExactly(0, 2);
        });
        var own = new SessionGuarantees();
        own.wrote(0, 1, "x", 5);
        own.read(1, 1, "x", 4);
        assertThat(names(own.findings())).containsExactly("read-your-writes");
        var writes = new SessionGuarantees();
        writes.wrote(0, 1, "x", 5);
        writes.wrote(1, 1, "x", 4);
        assertThat(names(writes.findings())).containsExactly("monotonic-writes");
        var follow = new SessionGuarantees();
        follow.read(0, 1, "x", 5);
        follow.wrote(1, 1, "x", 5);
        assertThat(names(follow.findings())).containsExactly("writes-follow-reads");
    }
}
