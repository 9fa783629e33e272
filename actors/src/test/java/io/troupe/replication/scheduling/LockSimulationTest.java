package io.troupe.replication.scheduling;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link LockFaults}, seed after seed, and the bugs that it finds. */
@QuietLogs
class LockSimulationTest {

    private static final int SEEDS = 16;
    private static final int MUTANT_SEEDS = 35;

    private static final MutantHunt HUNT = new MutantHunt(LockFaults.class, ConfigFactory.empty());

    private static final TreeMap<String, Integer> REVOKED = new TreeMap<>();
    private static final TreeMap<String, Integer> RESTORES = new TreeMap<>();
    private static int runs;

    @AfterAll
    static void theRunsCameToEverything() {
        if (runs >= SEEDS) {
            assertThat(REVOKED).as("revoked, by engine").hasSize(4).allSatisfy((engine, count) -> assertThat(count)
                    .isGreaterThan(4));
            assertThat(RESTORES.values().stream().mapToInt(Integer::intValue).sum())
                    .as("states that replicas were given")
                    .isGreaterThan(runs);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void nobodyHoldsForEverAndNobodyIsRevokedEarly(Simulation sim) {
        run(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 2_000, firstSeed = SEEDS)
    void nobodyHoldsForEverAndNobodyIsRevokedEarlyForLong(Simulation sim) {
        run(sim);
    }

    private static void run(Simulation sim) {
        var scenario = new LockFaults();
        scenario.accept(sim);
        runs++;
        REVOKED.merge(scenario.engine(), scenario.revoked(), Integer::sum);
        RESTORES.merge(scenario.engine(), scenario.restores(), Integer::sum);
    }

    static List<Mutant> mutants() {
        return List.of(
                Mutant.advised(StaleTimeoutsRevoke.class, Agenda.class, named("take")),
                Mutant.leavingOut("CallsNothingOff", Mutex.class, named("release"), named("cancel")),
                Mutant.leavingOut("ForgetsWhatIsScheduled", Agenda.class, named("readFrom"), named("put")),
                Mutant.advised(OnlyTheLeaderSetsItsAlarm.class, AlarmClock.class, named("set"))
                        .foundAt(7),
                Mutant.leavingOut("RingsOnce", AlarmClock.class, named("onRing"), named("ringIn"))
                        .foundAt(15),
                Mutant.advised(BelievesEveryAlarmClock.class, Agenda.class, named("isDue")),
                Mutant.advised(RingsEarly.class, AlarmClock.class, named("ringIn")));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant.within(MUTANT_SEEDS));
    }

    /** What is no number on the agenda counts as the first. */
    static final class StaleTimeoutsRevoke {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("entries") TreeMap<Long, Agenda.Entry> entries,
                @Advice.Argument(value = 0, readOnly = false) long number) {
            number = entries.isEmpty() || entries.containsKey(number) ? number : entries.firstKey();
        }
    }

    /** When it crashes, who leads next was never told. */
    static final class OnlyTheLeaderSetsItsAlarm {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.This AlarmClock alarm) {
            return !LockFaults.leads(alarm.getContext().getSelf().path());
        }
    }

    static final class BelievesEveryAlarmClock {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean due) {
            due = true;
        }
    }

    /** Early by half. */
    static final class RingsEarly {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) Duration delay) {
            delay = delay.dividedBy(2);
        }
    }
}
