package io.troupe.sim.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.till.Evening;
import io.troupe.till.Till;
import java.util.Optional;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.Test;

/** A property finds a mutant, and a crash does not. */
class MutantHuntTest {

    private static final MutantHunt HUNT = new MutantHunt(Evening.class, ConfigFactory.empty());

    /** Some of what is paid is gone. */
    static final class TakesACoin {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int total) {
            total = total - 1;
        }
    }

    /** More than there is. */
    static final class TakesTen {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int total) {
            total = total - 10;
        }
    }

    /** No bug at all. */
    static final class IsHarmless {
        @Advice.OnMethodExit
        static void exit(@Advice.Return int total) {}
    }

    /** A mutant whose author has made a mistake. */
    static final class IsBroken {
        @Advice.OnMethodEnter
        static void enter() {
            throw new NullPointerException("a broken mutant");
        }
    }

    private static Optional<Mutant> mutant(Class<?> bug, Class<?> type, String method) {
        return Optional.of(Mutant.advised(bug, type, named(method)));
    }

    @Test
    void theScenarioOrAnInvariantFindsAPlantedBug() throws Exception {
        assertThat(HUNT.seedThatFinds(mutant(TakesACoin.class, Till.class, "sum"), 3))
                .hasValue(0);
        assertThat(HUNT.seedThatFinds(mutant(TakesTen.class, Till.class, "sum"), 3))
                .hasValue(0);
    }

    @Test
    void aBugThatNoneOfItsSeedsFindsFails() throws Exception {
        HUNT.mustFind(Mutant.advised(TakesACoin.class, Till.class, named("sum")));
        Mutant harmless =
                Mutant.advised(IsHarmless.class, Till.class, named("sum")).within(2);
        assertThatThrownBy(() -> HUNT.mustFind(harmless))
                .isInstanceOf(AssertionError.class)
                .hasMessage("none of 2 seeds finds IsHarmless");
    }

    @Test
    void withoutAMutantNothingIsFound() throws Exception {
        assertThat(HUNT.seedThatFinds(Optional.empty(), 3)).isEmpty();
    }

    @Test
    void afterAHuntTheClassIsAsItWasHoweverTheHuntEnded() throws Exception {
        assertThat(HUNT.seedThatFinds(mutant(TakesACoin.class, Till.class, "sum"), 3))
                .isPresent();
        assertThat(HUNT.seedThatFinds(Optional.empty(), 3)).isEmpty();
        assertIsBroken(Till.class, "sum");
        assertThat(HUNT.seedThatFinds(Optional.empty(), 3)).isEmpty();
    }

    @Test
    void aMutantThatCrashesAnActorIsBrokenAndNotFound() {
        assertIsBroken(Till.class, "sum");
    }

    @Test
    void aMutantThatCrashesTheScenarioIsBrokenAndNotFound() {
        assertIsBroken(Evening.class, "count");
    }

    @Test
    void aMutantThatCrashesAnInvariantIsBrokenAndNotFound() {
        assertIsBroken(Evening.class, "isInDebt");
    }

    private static void assertIsBroken(Class<?> type, String method) {
        assertThatThrownBy(() -> HUNT.seedThatFinds(mutant(IsBroken.class, type, method), 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("IsBroken at seed 0 ends in a crash")
                .hasMessageContaining("NullPointerException: a broken mutant");
    }
}
