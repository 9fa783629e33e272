package io.troupe.sim.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TrailTest {

    private static final Mutant MUTANT =
            Mutant.leavingOut("Nothing", Object.class, named("toString"), named("hashCode"));

    private final List<Long> tried = new ArrayList<>();

    private OptionalLong follow(Mutant mutant, int seeds, List<Long> whereItIs) {
        return new Trail(Optional.of(mutant), seeds).follow(seed -> {
            tried.add(seed);
            return whereItIs.contains(seed) ? Optional.of(new Finding(new AssertionError("found"))) : Optional.empty();
        });
    }

    @Test
    void theFirstSeedIsTakenWhereNoneIsKnown() {
        assertThat(follow(MUTANT, 10, List.of(2L, 5L))).hasValue(2);
        assertThat(tried).containsExactly(0L, 1L, 2L);
    }

    @Test
    void whereItWasFoundLastItIsLookedForFirst() {
        assertThat(follow(MUTANT.foundAt(5), 10, List.of(2L, 5L))).hasValue(5);
        assertThat(tried).containsExactly(5L);
    }

    @Test
    void whenItIsThereNoLongerAllOthersAreTried() {
        assertThat(follow(MUTANT.foundAt(1), 10, List.of(2L))).hasValue(2);
        assertThat(tried).containsExactly(1L, 0L, 2L);
    }

    @Test
    void nobodyIsGivenMoreSeedsBecauseItWasFoundBeyondThem() {
        assertThat(follow(MUTANT.foundAt(3), 3, List.of(3L))).isEmpty();
        assertThat(tried).containsExactly(0L, 1L, 2L);
    }
}
