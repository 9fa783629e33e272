package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Every classic bug of {@link PaxosMutants} is found by {@link PaxosFaults} within its number of seeds.
 * Without a mutant {@link PaxosAllFaultsTest} runs the same.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
class PaxosMutantsTest {

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.paxos"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    private static final MutantHunt HUNT = new MutantHunt(PaxosFaults.class, ConfigFactory.empty());

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    static List<PaxosMutants.Planted> mutants() {
        String one = System.getProperty("troupe.mutant", "");
        return PaxosMutants.all().stream()
                .filter(planted -> one.isEmpty() || one.contains(planted.toString()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(PaxosMutants.Planted planted) throws Exception {
        int budget = Integer.getInteger("troupe.mutant.seeds", planted.seeds());
        assertThat(HUNT.seedThatFinds(Optional.of(planted.mutant()), budget))
                .as("%s within %s seeds", planted, budget)
                .isPresent();
    }
}
