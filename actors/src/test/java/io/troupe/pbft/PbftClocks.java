package io.troupe.pbft;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * §4.6: four replicas of a service whose entries have the time, and one of them lies about it as often as not. The clocks of
 * the others differ, but by less than they let pass.
 */
final class PbftClocks implements Consumer<Simulation> {

    private static final List<Treason> TREASONS = List.of(
            Treason.LIES_ABOUT_TIME,
            Treason.LIES_ABOUT_TIME,
            Treason.EQUIVOCATES_ABOUT_TIME,
            Treason.EQUIVOCATES_ABOUT_TIME,
            Treason.LIES_ABOUT_THE_PAST,
            Treason.MUTE,
            Treason.NONE);

    private static final Duration FAULTS = PbftFaults.FAULTS;

    @Override
    public void accept(Simulation sim) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, 1, stamps);
        RandomGenerator treachery = sim.random("treachery");
        for (long at = 0; at < 2 * FAULTS.toMillis(); at += 200 + treachery.nextLong(1_500)) {
            Treason next = TREASONS.get(treachery.nextInt(TREASONS.size()));
            sim.after(Duration.ofMillis(at), () -> group.traitors.forEach(traitor -> group.turn(traitor, next)));
        }
        if (sim.random("group").nextBoolean()) {
            sim.nemesis(
                    FAULTS,
                    Duration.ofMillis(600),
                    Fault.partitions(),
                    Fault.crashes(),
                    Fault.pauses(),
                    Fault.badNetwork(0.2, Duration.ofMillis(100)),
                    Fault.clockSkew(AgreedStamps.SKEW),
                    Fault.slowDisks(Duration.ofMillis(300)));
        }
        sim.runFor(FAULTS);
        group.finish();
        if (stamps.sinceLast().compareTo(PbftGroup.PATIENCE) > 0) {
            throw new AssertionError("the last entry is stamped " + stamps.sinceLast() + " ago");
        }
    }
}
