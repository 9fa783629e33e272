package io.troupe.pbft;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Four replicas, in every fourth run seven, with clients at each, and everything that can go wrong for a while: as many
 * traitors as the group bears, who turn from one {@link Treason} to another all the time; partitions, crashes, pauses,
 * drifting clocks, lost, doubled and late messages, slow and failing disks.
 */
final class PbftFaults implements Consumer<Simulation> {

    static final Duration FAULTS = Duration.ofSeconds(5);

    private final Coverage coverage;
    private final List<Treason> treasons;
    private final boolean holdCommits;

    PbftFaults() {
        this(new Coverage());
    }

    PbftFaults(Coverage coverage) {
        this(coverage, all());
    }

    /** @param treasons from which the traitors take one after the other by chance; one may be there more than once */
    PbftFaults(Coverage coverage, List<Treason> treasons) {
        this(coverage, treasons, false);
    }

    private PbftFaults(Coverage coverage, List<Treason> treasons, boolean holdCommits) {
        this.coverage = coverage;
        this.treasons = treasons;
        this.holdCommits = holdCommits;
    }

    /** In every other run replicas hold commits whether a vote may be expected or not ({@link HeldCommits}). */
    static PbftFaults withHeldCommits(Coverage coverage) {
        return new PbftFaults(coverage, all(), true);
    }

    private static List<Treason> all() {
        List<Treason> all = new ArrayList<>(List.of(Treason.values()));
        all.remove(Treason.STEALS_SESSIONS); // See PbftThefts: few of its runs would come to anything here.
        all.remove(Treason.HELPS_HALF); // See PbftPreparedAlone.
        all.removeAll(List.of( // See PbftClocks and PbftClaims.
                Treason.LIES_ABOUT_TIME, Treason.EQUIVOCATES_ABOUT_TIME, Treason.CLAIMS_THAT_ITS_TIME_PREPARED));
        all.addAll(List.of(Treason.EQUIVOCATES, Treason.EQUIVOCATES, Treason.LIES_ABOUT_THE_PAST));
        return all;
    }

    /** What all runs together came to. */
    static final class Coverage {
        long runs;
        long views;
        long batches;
        long writes;
        long reads;
        long inReserve;
        long tentative;
        long takenBack;
        long statesFetchedOrRestored;
        long virtualMillis;
    }

    private boolean holdsCommits(Simulation sim) {
        return holdCommits && sim.random("held commits").nextBoolean();
    }

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("group");
        int faults = random.nextInt(4) == 0 ? 2 : 1;
        PbftGroup group = new PbftGroup(
                sim, 3 * faults + 1, 1 + random.nextInt(faults), random.nextInt(4) > 0, holdsCommits(sim));
        RandomGenerator treachery = sim.random("treachery");
        for (long at = 0; at < 2 * FAULTS.toMillis(); at += 200 + treachery.nextLong(1_500)) {
            sim.after(
                    Duration.ofMillis(at),
                    () -> group.traitors.forEach(
                            traitor -> group.turn(traitor, treasons.get(treachery.nextInt(treasons.size())))));
        }
        if (random.nextInt(3) > 0) {
            sim.nemesis(
                    FAULTS,
                    Duration.ofMillis(600),
                    Fault.partitions(),
                    Fault.crashes(),
                    Fault.pauses(),
                    Fault.clockDrift(0.2),
                    Fault.badNetwork(0.2, Duration.ofMillis(100)),
                    Fault.slowDisks(Duration.ofMillis(300)),
                    Fault.failingDisks(0.3));
        }
        sim.runFor(FAULTS);
        group.finish();
        coverage.runs++;
        coverage.views += group.agreement.views();
        coverage.batches += group.agreement.highest();
        coverage.writes += group.clients.writes();
        coverage.reads += group.clients.reads();
        coverage.inReserve += group.inReserve.all();
        coverage.tentative += group.takenBack.executed();
        coverage.takenBack += group.takenBack.takenBack();
        coverage.statesFetchedOrRestored += group.clients.restores();
        coverage.virtualMillis += sim.now().toMillis();
    }
}
