package io.troupe.generals.dls;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Stage;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
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
}
