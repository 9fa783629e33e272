package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

    @Test
    void findsThePairOfFaultsThatTogetherMakeTheRunFail() {
        var tries = new AtomicInteger();
        var shrinker = new Shrinker(
                faults -> {
                    tries.incrementAndGet();
                    return faults.allows(7) && faults.allows(21);
                },
                () -> true);
        assertThat(shrinker.shrink(IntStream.range(0, 32).boxed().toList())).containsExactly(7, 21);
        assertThat(tries.get()).isLessThan(40);
    }

    @Test
    void aRunThatFailsWithoutFaultsNeedsNone() {
        assertThat(new Shrinker(faults -> true, () -> true)
                        .shrink(IntStream.range(0, 10).boxed().toList()))
                .isEmpty();
    }

    @Test
    void withoutTimeEverythingStays() {
        assertThat(new Shrinker(faults -> true, () -> false)
                        .shrink(IntStream.range(0, 3).boxed().toList()))
                .isEqualTo(Set.of(0, 1, 2));
    }
}
