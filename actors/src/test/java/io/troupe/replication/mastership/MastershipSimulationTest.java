package io.troupe.replication.mastership;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.TreeMap;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link MasterFaults}, seed after seed, and the bugs that it finds. */
@QuietLogs
class MastershipSimulationTest {

    private static final int SEEDS = 24;

    private static final MutantHunt HUNT = new MutantHunt(MasterFaults.class, ConfigFactory.empty());

    private static final TreeMap<String, Integer> ENDED = new TreeMap<>();
    private static int restores;
    private static int runs;

    @AfterAll
    static void theRunsCameToEverything() {
        if (runs >= SEEDS) {
            assertThat(ENDED)
                    .as("masters that found that they were none, by engine")
                    .hasSize(3)
                    .allSatisfy((engine, count) -> assertThat(count).isGreaterThan(2));
            assertThat(restores).as("states that replicas were given").isGreaterThan(2);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void oneMasterAddsAtATime(Simulation sim) {
        run(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 2_000, firstSeed = SEEDS)
    void oneMasterAddsAtATimeForLong(Simulation sim) {
        run(sim);
    }

    private static void run(Simulation sim) {
        var scenario = new MasterFaults();
        scenario.accept(sim);
        runs++;
        ENDED.merge(scenario.engine(), scenario.ended(), Integer::sum);
        restores += scenario.restores();
    }

    static List<Mutant> mutants() {
        return List.of(
                Mutant.advised(ActsInAnyEpoch.class, MastershipMachine.class, named("isCurrent"))
                        .foundAt(1),
                Mutant.advised(BelievesALateBeginning.class, MastershipMachine.class, named("onBegin")),
                Mutant.advised(ForgetsTheEpoch.class, MastershipMachine.class, named("restore")));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant);
    }

    /** Whoever was master once goes on. */
    static final class ActsInAnyEpoch {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean current) {
            current = true;
        }
    }

    /** The last word counts, and not the highest term. */
    static final class BelievesALateBeginning {
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue(value = "term", readOnly = false) long term) {
            term = 0;
        }
    }

    /** A replica that is given a state takes the epoch of its own. */
    static final class ForgetsTheEpoch {
        @Advice.OnMethodEnter
        static Epoch enter(@Advice.FieldValue("epoch") Epoch epoch) {
            return epoch;
        }

        @Advice.OnMethodExit
        static void exit(
                @Advice.Enter Epoch before, @Advice.FieldValue(value = "epoch", readOnly = false) Epoch epoch) {
            epoch = before;
        }
    }
}
