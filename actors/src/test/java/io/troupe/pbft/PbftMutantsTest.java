package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Every classic bug of {@link PbftMutants} is found by its scenario, {@link PbftFaults}, {@link PbftLies}, {@link
 * PbftForgedViews}, {@link PbftTwofold}, {@link PbftThefts}, {@link PbftOutages}, {@link PbftLosses}, {@link
 * PbftLongDelays}, {@link PbftClocks} or {@link PbftClaims}, within its number of seeds.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
class PbftMutantsTest {

    /** A mutant that may need more is tried when asked to. */
    private static final int SEEDS_AT_EVERY_BUILD = 300;

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.pbft"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    private static MutantHunt hunt(Class<? extends Consumer<Simulation>> scenario) {
        return new MutantHunt(scenario, ConfigFactory.empty(), name -> name.startsWith("io.troupe."));
    }

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    private static Stream<PbftMutants.Mutant> mutants() {
        String one = System.getProperty("troupe.mutant", "");
        return PbftMutants.all().stream().filter(mutant -> one.isEmpty() || one.contains(mutant.toString()));
    }

    static List<PbftMutants.Mutant> soonFound() {
        return mutants()
                .filter(mutant -> mutant.seeds() <= SEEDS_AT_EVERY_BUILD)
                .toList();
    }

    static List<PbftMutants.Mutant> seldomFound() {
        return mutants().filter(mutant -> mutant.seeds() > SEEDS_AT_EVERY_BUILD).toList();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("soonFound")
    void theSimulationFinds(PbftMutants.Mutant mutant) throws Exception {
        isFound(mutant);
    }

    @Tag("soak")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("seldomFound")
    void theSimulationFindsInTheLongRun(PbftMutants.Mutant mutant) throws Exception {
        isFound(mutant);
    }

    private static void isFound(PbftMutants.Mutant mutant) throws Exception {
        int budget = Integer.getInteger("troupe.mutant.seeds", mutant.seeds());
        assertThat(firstSeedThatFinds(mutant, budget))
                .as("%s within %s seeds", mutant, budget)
                .isPresent();
    }

    static List<Class<? extends Consumer<Simulation>>> scenarios() {
        return PbftMutants.all().stream()
                .<Class<? extends Consumer<Simulation>>>map(PbftMutants.Mutant::scenario)
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void withoutAMutantTheSameSeedsFindNothing(Class<? extends Consumer<Simulation>> scenario) throws Exception {
        assertThat(hunt(scenario).firstSeedThatFinds(Optional.empty(), 0, 5)).isEmpty();
    }

    private static OptionalLong firstSeedThatFinds(PbftMutants.Mutant mutant, int budget) throws Exception {
        return hunt(mutant.scenario())
                .firstSeedThatFinds(
                        Optional.of(Mutant.advised(mutant.bug(), mutant.type(), mutant.method())),
                        mutant.first(),
                        budget);
    }
}
