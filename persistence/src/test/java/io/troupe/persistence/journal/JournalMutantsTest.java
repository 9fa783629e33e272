package io.troupe.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.log.LogMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every bug of {@link LogMutants} is found by {@link JournalCrashes} within its number of seeds.
 *
 * <p>System property: {@code troupe.mutant.seeds} changes how many seeds they are given.
 */
@QuietLogs
class JournalMutantsTest {

    private static final MutantHunt HUNT =
            new MutantHunt(JournalCrashes.class, ConfigFactory.parseString(JournalCrashes.CONFIG));

    static List<Mutant> mutants() {
        return LogMutants.all();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant bug) throws Exception {
        HUNT.mustFind(bug);
    }

    @Test
    void withoutAMutantTheSameSeedsFindNothing() throws Exception {
        assertThat(HUNT.seedThatFinds(Optional.empty(), 10)).isEmpty();
    }
}
