package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
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

    /** A mutant that may need more is tried when asked to. */
    private static final int SEEDS_AT_EVERY_BUILD = 300;

    private static final Set<Class<?>> HAVE_A_TEST = Set.of(
            PbftFaults.class,
            PbftOutages.class,
            PbftLosses.class,
            PbftPreparedAlone.class,
            PbftPushed.class,
            PbftBadSeals.class,
            PbftLongDelays.class,
            PbftClocks.class,
            PbftClaims.class);

    private static MutantHunt hunt(Class<? extends Consumer<Simulation>> scenario) {
        return new MutantHunt(scenario, ConfigFactory.empty());
    }

    private static Stream<PbftMutants.Planted> mutants() {
        String one = System.getProperty("troupe.mutant", "");
        return PbftMutants.all().stream().filter(planted -> one.isEmpty() || one.contains(planted.toString()));
    }

    static List<PbftMutants.Planted> soonFound() {
        return mutants()
                .filter(planted -> planted.seeds() <= SEEDS_AT_EVERY_BUILD)
                .toList();
    }

    static List<PbftMutants.Planted> seldomFound() {
        return mutants()
                .filter(planted -> planted.seeds() > SEEDS_AT_EVERY_BUILD)
                .toList();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("soonFound")
    void theSimulationFinds(PbftMutants.Planted planted) throws Exception {
        isFound(planted);
    }

    @Tag("soak")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("seldomFound")
    void theSimulationFindsInTheLongRun(PbftMutants.Planted planted) throws Exception {
        isFound(planted);
    }

    private static void isFound(PbftMutants.Planted planted) throws Exception {
        int budget = Integer.getInteger("troupe.mutant.seeds", planted.seeds());
        assertThat(hunt(planted.scenario()).seedThatFinds(Optional.of(planted.mutant()), budget))
                .as("%s within %s seeds", planted, budget)
                .isPresent();
    }

    /** {@link PbftPaperTest} and others run the rest without a mutant. */
    static List<Class<? extends Consumer<Simulation>>> scenariosWithoutATestOfTheirOwn() {
        return PbftMutants.all().stream()
                .<Class<? extends Consumer<Simulation>>>map(PbftMutants.Planted::scenario)
                .distinct()
                .filter(scenario -> !HAVE_A_TEST.contains(scenario))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("scenariosWithoutATestOfTheirOwn")
    void withoutAMutantTheSameSeedsFindNothing(Class<? extends Consumer<Simulation>> scenario) throws Exception {
        assertThat(hunt(scenario).seedThatFinds(Optional.empty(), 5)).isEmpty();
    }
}
