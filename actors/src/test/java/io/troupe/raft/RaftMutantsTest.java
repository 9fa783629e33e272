package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Every classic bug of {@link Mutants} is found by {@link AllFaults} within its number of seeds.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
class RaftMutantsTest {

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.raft"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    static List<Mutants.Mutant> mutants() {
        String one = System.getProperty("troupe.mutant", "");
        return Mutants.all().stream()
                .filter(mutant -> one.isEmpty() || one.contains(mutant.toString()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutants.Mutant mutant) throws Exception {
        int budget = Integer.getInteger("troupe.mutant.seeds", mutant.seeds());
        assertThat(firstSeedThatFinds(Optional.of(mutant), budget))
                .as("%s within %s seeds", mutant, budget)
                .isPresent();
    }

    @Test
    void withoutAMutantTheSameSeedsFindNothing() throws Exception {
        assertThat(firstSeedThatFinds(Optional.empty(), 5)).isEmpty();
    }

    private static OptionalLong firstSeedThatFinds(Optional<Mutants.Mutant> mutant, int budget) throws Exception {
        var loader = new MutantLoader(mutant);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader); // Where Pekko takes an application's classes from.
        Stage stage = Stage.open(ConfigFactory.empty());
        try {
            Consumer<Simulation> scenario = scenario(loader);
            for (long seed = 0; seed < budget; seed++) {
                Optional<Throwable> found = run(stage, scenario, seed);
                if (found.isPresent()) {
                    System.out.printf("%s: seed %d: %s%n", mutant.orElse(null), seed, symptom(found.get()));
                    return OptionalLong.of(seed);
                }
            }
            return OptionalLong.empty();
        } finally {
            closeQuietly(stage);
            thread.setContextClassLoader(before);
        }
    }

    @SuppressWarnings("unchecked")
    private static Consumer<Simulation> scenario(ClassLoader loader) throws ReflectiveOperationException {
        var constructor = loader.loadClass(AllFaults.class.getName()).getDeclaredConstructor();
        constructor.setAccessible(true);
        return (Consumer<Simulation>) constructor.newInstance();
    }

    private static Optional<Throwable> run(Stage stage, Consumer<Simulation> scenario, long seed) {
        try (Simulation sim = stage.simulate(seed)) {
            scenario.accept(sim);
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(e);
        }
    }

    private static String symptom(Throwable found) {
        return String.valueOf(found.getMessage()).lines().findFirst().orElse("").replaceAll("(.{200}).*", "$1 …");
    }

    /** What a mutant left behind may not come to rest. */
    private static void closeQuietly(Stage stage) {
        try {
            stage.close();
        } catch (RuntimeException | AssertionError e) {
            System.err.println("the stage of a mutant could not be taken down: " + e);
        }
    }
}
