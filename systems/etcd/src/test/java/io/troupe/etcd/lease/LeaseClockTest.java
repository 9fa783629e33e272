package io.troupe.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaseClockTest {

    private static final long SECOND = 1_000_000_000L;
    private final LeaseClock clock = new LeaseClock();

    @Test
    void theLeaseThatRanOutFirstIsFoundFirst() {
        clock.grant(1, 10, 1, 0);
        clock.grant(2, 5, 1, 0);
        assertThat(clock.expired(4 * SECOND)).isEmpty();
        assertThat(clock.expired(5 * SECOND)).hasValue(2);
        clock.revoke(2);
        assertThat(clock.expired(9 * SECOND)).isEmpty();
        assertThat(clock.expired(10 * SECOND)).hasValue(1);
    }

    @Test
    void aRenewedLeaseHasItsWholeTimeAgain() {
        clock.grant(1, 10, 1, 0);
        assertThat(clock.renew(1, 9 * SECOND)).hasValue(10);
        assertThat(clock.remainingSeconds(1, 9 * SECOND + 1)).hasValue(9);
        assertThat(clock.expired(18 * SECOND)).isEmpty();
        assertThat(clock.expired(19 * SECOND)).hasValue(1);
        assertThat(clock.renew(2, 0)).isEmpty();
    }

    @Test
    void leasesAreListedAsTheyRunOut() {
        clock.grant(1, 30, 1, 0);
        clock.grant(2, 10, 1, 0);
        clock.grant(3, 20, 1, 0);
        assertThat(clock.inOrder()).containsExactly(2L, 3L, 1L);
        clock.renew(2, 15 * SECOND);
        assertThat(clock.inOrder()).containsExactly(3L, 2L, 1L);
        clock.revoke(3);
        assertThat(clock.inOrder()).containsExactly(2L, 1L);
    }

    @Test
    void aNewOfficeRenewsAll() {
        clock.grant(1, 10, 1, 0);
        clock.grant(2, 20, 1, 0);
        clock.renewAll(100 * SECOND);
        assertThat(clock.remainingSeconds(1, 100 * SECOND)).hasValue(10);
        assertThat(clock.remainingSeconds(2, 100 * SECOND)).hasValue(20);
    }

    @Test
    void theLongestLeaseHasAllItsTimeAndDoesNotOverflow() {
        clock.grant(1, 9_000_000_000L, 1, SECOND);
        assertThat(clock.remainingSeconds(1, 1001 * SECOND)).hasValue(8_999_999_000L);
        assertThat(clock.expired(1001 * SECOND)).isEmpty();
        long inTwentyYears = 20 * 365 * 86_400 * SECOND;
        clock.renew(1, inTwentyYears);
        assertThat(clock.isExpired(1, inTwentyYears + 1000 * SECOND)).isFalse();
    }
}
