package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/**
 * "Time-last-modified" (§4.6): a group whose entries are stamped with the time that its replicas agree on. {@link
 * AgreedStamps} watches that all stamps are alike, do not go back, and are not ahead.
 */
@QuietLogs
class AgreedTimeTest {

    @SimulationTest(seeds = 3)
    @DisplayName(
            "§4.6: all replicas stamp an entry alike, with the time at which it was ordered, and nobody leaves the view")
    void stampedAlike(Simulation sim) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, Set.of(), stamps);
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        sim.runFor(Duration.ofSeconds(3));
        assertThat(stamps.sinceLast()).isBetween(Duration.ZERO, Duration.ofMillis(500));
        assertThat(group.agreement.views()).isEqualTo(view);
        group.finish();
        assertThat(stamps.count()).isGreaterThan(50);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.6: a primary that lies about the time is replaced, and no entry has its time")
    void aPrimaryThatLiesAboutTimeIsReplaced(Simulation sim) {
        replaced(sim, Treason.LIES_ABOUT_TIME);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.6: a primary that tells each backup another time is replaced, and their entries have the same")
    void aPrimaryThatTellsEachBackupAnotherTimeIsReplaced(Simulation sim) {
        replaced(sim, Treason.EQUIVOCATES_ABOUT_TIME);
    }

    private static void replaced(Simulation sim, Treason treason) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, Set.of("n1"), stamps);
        sim.runFor(Duration.ofSeconds(1));
        assertThat(group.replica("n3").status().leader()).contains("n1");
        group.turn("n1", treason);
        sim.runFor(Duration.ofSeconds(4));
        int before = stamps.count();
        sim.runFor(Duration.ofSeconds(2));
        assertThat(stamps.count()).isGreaterThan(before + 10);
        assertThat(group.replica("n3").status().leader()).isPresent().get().isNotEqualTo("n1");
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "§4.6: a correct replica whose clock is wrong leads nobody, and has the entries and stamps of the others")
    void aReplicaWhoseClockIsWrongExecutesWhatOthersAgreeOn(Simulation sim) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, Set.of(), stamps);
        group.node("n1").clockSkew(Duration.ofHours(1));
        sim.runFor(Duration.ofSeconds(5));
        assertThat(group.replica("n3").status().leader()).isPresent().get().isNotEqualTo("n1");
        Core wrong = group.replica("n1");
        long executed = wrong.executed();
        sim.runFor(Duration.ofSeconds(2));
        assertThat(wrong.executed()).isGreaterThan(executed + 10);
        sim.runUntil(() -> executedOf(wrong, executed).size() > 1, Duration.ofSeconds(2));
        assertThat(executedOf(wrong, executed)).as("it votes for none of that").allMatch(slot -> slot.prepareOf("n1")
                .isEmpty());
        group.finish();
    }

    /** As far as it still knows. */
    private static List<Slot> executedOf(Core replica, long since) {
        return replica.slotsBetween(since, replica.executed());
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.6: time does not go back when the next primary's clock is behind")
    void timeDoesNotGoBack(Simulation sim) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, Set.of(), stamps);
        group.node("n1").clockSkew(AgreedStamps.BOUND.minus(AgreedStamps.SKEW));
        sim.runFor(Duration.ofSeconds(2));
        assertThat(stamps.heldBack()).isZero();
        group.node("n1").crash();
        group.node("n1").restart(); // So it gives up its view at once.
        sim.runFor(Duration.ofSeconds(2));
        assertThat(group.replica("n3").status().leader()).contains("n2");
        group.finish();
        assertThat(stamps.heldBack()).isPositive();
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "§4.6: a liar that claims in view changes that its batches have prepared finds nobody who vouches for them")
    void nobodyVouchesForALie(Simulation sim) {
        new PbftClaims().accept(sim);
    }

    @SimulationTest(seeds = 40)
    void stampsAreAlikeWhateverHappens(Simulation sim) {
        new PbftClocks().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 5_000, firstSeed = 40)
    void stampsAreAlikeForLong(Simulation sim) {
        new PbftClocks().accept(sim);
    }
}
