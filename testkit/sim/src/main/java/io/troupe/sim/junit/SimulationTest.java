package io.troupe.sim.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that takes an {@link io.troupe.sim.Simulation}, or an {@code io.troupe.sim.cluster.ClusterSimulation}, and
 * is run once for each of many seeds. After three failed seeds the rest are skipped.
 *
 * <p>System properties: {@code troupe.seed} runs that seed alone, {@code troupe.faults} and {@code troupe.clients} with
 * these alone, {@code troupe.seeds} changes how many are run.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimulationExtension.class)
public @interface SimulationTest {

    /** How many seeds. */
    int seeds() default 100;

    long firstSeed() default 0;

    /**
     * What the seeds together are to reach ({@link io.troupe.sim.Simulation#reached(String)}): a report after the last of
     * them says how often they did.
     */
    String[] expects() default {};

    /** Whether the last seed fails when something expected was never reached, if no fewer seeds were asked for. */
    boolean failsOnUnreached() default false;

    /**
     * Whether the first seed runs once more after the last, and fails unless it does the same, message by message: that
     * finds what does not go by the seed, such as an actor that reads the real clock.
     */
    boolean checksReplay() default false;

    /** HOCON of the application: serializers, and what its actors read. */
    String config() default "";
}
