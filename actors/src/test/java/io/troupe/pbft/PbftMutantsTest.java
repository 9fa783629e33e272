package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.MutantHunt;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every classic bug of {@link PbftMutants} is found by its scenario, {@link PbftFaults}, {@link PbftLies}, {@link
 * PbftForgedViews}, {@link PbftTwofold}, {@link PbftThefts}, {@link PbftStolenKeys}, {@link PbftOutages}, {@link
 * PbftBlackouts}, {@link PbftLosses}, {@link PbftPreparedAlone}, {@link PbftPushed}, {@link PbftBadSeals}, {@link PbftLongDelays}, {@link
 * PbftClocks} or {@link PbftClaims}, within its number of seeds.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class PbftMutantsTest {

    private static final Set<Class<?>> HAVE_A_TEST = Set.of(
            PbftFaults.class,
            PbftOutages.class,
            PbftLosses.class,
            PbftPreparedAlone.class,
            PbftHeldCommits.class,
            PbftPushed.class,
            PbftBadSeals.class,
            PbftLongDelays.class,
            PbftClocks.class,
            PbftClaims.class);

    static List<Planted> mutants() {
        return PbftMutants.all().stream().filter(Planted::isAskedFor).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Planted planted) throws Exception {
        planted.mustBeFound();
    }

    /** {@link PbftPaperTest} and others run the rest without a mutant. */
    static List<Class<? extends Consumer<Simulation>>> scenariosWithoutATestOfTheirOwn() {
        return PbftMutants.all().stream()
                .<Class<? extends Consumer<Simulation>>>map(Planted::scenario)
                .distinct()
                .filter(scenario -> !HAVE_A_TEST.contains(scenario))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("scenariosWithoutATestOfTheirOwn")
    void withoutAMutantTheSameSeedsFindNothing(Class<? extends Consumer<Simulation>> scenario) throws Exception {
        MutantHunt hunt = new MutantHunt(scenario, ConfigFactory.empty());
        assertThat(hunt.seedThatFinds(Optional.empty(), 5)).isEmpty();
    }
}
