package io.troupe.replication.ordering;

import static net.bytebuddy.matcher.ElementMatchers.named;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link OrderingFaults}, seed after seed, and the bugs that it finds. */
@QuietLogs
class OrderingSimulationTest {

    private static final int SEEDS = 60;

    private static final MutantHunt HUNT = new MutantHunt(OrderingFaults.class, ConfigFactory.empty());

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void replicasExecuteInOneOrder(Simulation sim) {
        new OrderingFaults().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 5_000, firstSeed = SEEDS)
    void replicasExecuteInOneOrderForLong(Simulation sim) {
        new OrderingFaults().accept(sim);
    }

    private static Mutant leavingOut(String name, Class<?> type, String method, String callee) {
        return Mutant.leavingOut(name, type, named(method), named(callee));
    }

    /** As {@link ExecutesAtOnce}, in a class without a name. */
    private static Mutant executesAtOnce(String name, StabilityTest test) {
        return new Mutant(name, test.getClass(), named("isStable"), files -> Advice.to(ExecutesAtOnce.class, files)
                .on(named("isStable")));
    }

    static List<Mutant> mutants() {
        return List.of(
                Mutant.advised(ExecutesAtOnce.class, Candidates.class, named("isStable")),
                executesAtOnce("HeedsNoOtherClient", StabilityTest.logicalClocks(List.of()))
                        .foundAt(9),
                executesAtOnce("WaitsForNoDelta", StabilityTest.synchronizedClocks(() -> 0, 0)),
                Mutant.advised(DeltaWithoutRelaying.class, StabilityTest.class, named("synchronizedClocks"))
                        .foundAt(4),
                Mutant.advised(AcceptsTheLowestCandidate.class, Uid.class, named("compareTo")),
                leavingOut("RelaysNothing", StampedReplica.class, "onDeliver", "relay"),
                leavingOut("WitnessesNothing", StampedClient.class, "witness", "witness")
                        .foundAt(5),
                Mutant.advised(
                                WitnessesNoTimeAhead.class,
                                Clock.synchronizedWithOthers(() -> 0).getClass(),
                                named("witness"))
                        .foundAt(5),
                Mutant.advised(
                        TicksOutOfOrder.class,
                        Clock.synchronizedWithOthers(() -> 0).getClass(),
                        named("tick")),
                leavingOut("WaitsForTheDead", StampedReplica.class, "onClientFailed", "failed")
                        .foundAt(9),
                leavingOut("WaitsForWhatTheDeadAsked", NumberingReplica.class, "onClientFailed", "forEach"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant.within(60));
    }

    static final class ExecutesAtOnce {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean stable) {
            stable = true;
        }
    }

    /** Δ is too small: relayed, a request takes twice as long. */
    static final class DeltaWithoutRelaying {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) long deltaMillis) {
            deltaMillis /= 2;
        }
    }

    /** UID1 does not hold. */
    static final class AcceptsTheLowestCandidate {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int order) {
            order = -order;
        }
    }

    /** O2 does not hold where a cause was given a time ahead of the clock: both are mostly executed in one step. */
    static final class WitnessesNoTimeAhead {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    /** O1 does not hold: of two requests in a row the later may have the lower time. */
    static final class TicksOutOfOrder {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long time) {
            time ^= 1;
        }
    }
}
