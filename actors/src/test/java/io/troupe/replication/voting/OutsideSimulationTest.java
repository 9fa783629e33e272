package io.troupe.replication.voting;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.sensing.SensingMutants;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link OutsideFaults}, seed after seed, and the bugs that it finds. */
@QuietLogs
class OutsideSimulationTest {

    private static final int SEEDS = 40;

    private static final MutantHunt HUNT = new MutantHunt(OutsideFaults.class, ConfigFactory.empty());

    private static int runs;
    private static int noticed;

    @AfterAll
    static void theRunsCameToEverything() {
        if (runs >= 20) {
            assertThat(noticed)
                    .as("runs without a liar, or in which the voter noticed it")
                    .isGreaterThan(runs * 9 / 10);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void theOutsideHearsWhatRightReplicasSay(Simulation sim) {
        run(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 2_000, firstSeed = SEEDS)
    void theOutsideHearsWhatRightReplicasSayForLong(Simulation sim) {
        run(sim);
    }

    private static void run(Simulation sim) {
        var scenario = new OutsideFaults();
        scenario.accept(sim);
        runs++;
        noticed += scenario.wasTheLiarNoticed() ? 1 : 0;
    }

    static Stream<Mutant> mutants() {
        return Stream.concat(
                Stream.of(
                        Mutant.advised(BelievesTheFirstLiar.class, Faults.class, named("alikeMin")),
                        Mutant.advised(HearsAnybody.class, OutputVoter.class, named("isAuthentic")),
                        Mutant.advised(NumbersByItsOwnCount.class, Outbox.class, named("add")),
                        Mutant.leavingOut("KeepsNoOutputs", ActingMachine.class, named("restore"), named("restore"))),
                SensingMutants.all());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant);
    }

    /** One answer is of a replica that is right, if none lies. */
    static final class BelievesTheFirstLiar {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int alike) {
            alike = 1;
        }
    }

    /** Signatures unchecked: a liar speaks in the names of all. */
    static final class HearsAnybody {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean authentic) {
            authentic = true;
        }
    }

    /** Numbers that differ between replicas, as of a counter that is not part of the state. */
    static final class NumbersByItsOwnCount {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) ByteString output, @Advice.Return(readOnly = false) long number) {
            number = number + (output.length() & 1);
        }
    }
}
