package io.troupe.generals.dls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.sim.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Dwork, Lynch and Stockmeyer 1988, §3.1. */
class PartialSynchronyPaperTest {

    @Test
    @DisplayName("§3.1: safe whatever happens, and every process that lives decides after GST, 150 seeds")
    void decidesAfterGst() {
        try (var stage = Stage.open()) {
            var phases = new TreeMap<Integer, Integer>();
            ChaosBeforeGst.phasesAfterGst(stage, 150).forEach(phase -> phases.merge(phase, 1, Integer::sum));
            System.out.println(
                    "DLS, 3 and 5 processes; all have decided so many phases after GST, in how many runs: " + phases);
            assertThat(phases).hasSizeGreaterThan(1);
        }
    }

    @Test
    @DisplayName("§3.1: a process that has locked a value accepts no other, until it hears of a lock that is not older")
    void locksAreReleasedByNewerOnes() {
        var proper = new TreeSet<>(List.of(0, 1));
        var locks = new Locks();
        assertThat(locks.accepts(0, proper) && locks.accepts(1, proper)).isTrue();
        locks.lock(0, 5);
        assertThat(locks.accepts(0, proper)).isTrue();
        assertThat(locks.accepts(1, proper)).isFalse();
        locks.heard(1, 4);
        assertThat(locks.accepts(1, proper)).isFalse();
        locks.heard(1, 6);
        assertThat(locks.accepts(1, proper)).isTrue();
        assertThat(locks.accepts(1, new TreeSet<>(List.of(0)))).isFalse();
    }

    @Test
    void aProcessThatCannotBeIsRefused() {
        try (var stage = Stage.open();
                var sim = stage.simulate(1)) {
            ActorRef<PartialSynchrony.Command> nobody =
                    sim.system().deadLetters().unsafeUpcast();
            var others = Map.of(1, nobody, 2, nobody);
            isRefused(0, 2, others, "0 or more and fewer than half of the processes may crash, not 2 of 3");
            isRefused(0, -1, others, "0 or more and fewer than half of the processes may crash, not -1 of 3");
            for (int self : List.of(1, 3)) {
                String numbers =
                        "the process is %d and the others are [1, 2]; together they must have the numbers from 0 to 2";
                isRefused(self, 1, others, numbers.formatted(self));
            }
        }
    }

    private static void isRefused(
            int self, int f, Map<Integer, ActorRef<PartialSynchrony.Command>> others, String why) {
        assertThatThrownBy(
                        () -> PartialSynchrony.create(self, f, 0, others, Duration.ofSeconds(1), (what, value) -> {}))
                .hasMessageStartingWith(why);
    }
}
