package io.troupe.pbft;

import io.troupe.sim.DiskConditions;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * Correct replicas lose their power, most of them together, again and again; half of the time just when one of them has a
 * stable checkpoint, or is in a view, that another has not. Their disks are slow, each in its own way. Beside them as many traitors as the group bears, who helped
 * them to come there, and are silent when it counts. So what the correct ones go on from must be on their own disks.
 */
final class PbftOutages implements Consumer<Simulation> {

    static final String ONE_AHEAD_IN_STATE = "an outage when one replica has a stable checkpoint that another has not";
    static final String ONE_AHEAD_IN_VIEW = "an outage when one replica is in a view that another is not in";

    private static final Duration OUTAGES = Duration.ofSeconds(4);
    private static final long DISK_MILLIS_MAX = 30;
    private static final List<Treason> TREASONS =
            List.of(Treason.MUTE, Treason.MUTE, Treason.MOODY, Treason.EQUIVOCATES, Treason.NONE);

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("outages");
        int faults = random.nextInt(4) == 0 ? 2 : 1;
        PbftGroup group = new PbftGroup(sim, 3 * faults + 1, faults, true);
        group.names.forEach(name -> sim.node(name)
                .disk(DiskConditions.good()
                        .withLatency(Duration.ZERO, Duration.ofMillis(1 + random.nextLong(DISK_MILLIS_MAX)))));
        sim.runFor(Duration.ofMillis(500)); // They all have begun.
        while (sim.now().compareTo(OUTAGES) < 0) {
            turn(group, TREASONS.get(random.nextInt(TREASONS.size())));
            sim.runFor(Duration.ofMillis(100 + random.nextLong(600)));
            if (random.nextBoolean()) {
                awaitOneAhead(sim, group);
            }
            List<String> victims =
                    group.correct.stream().filter(name -> random.nextInt(4) > 0).toList();
            victims.forEach(sim::crash);
            sim.runFor(Duration.ofMillis(60));
            victims.forEach(sim::restart);
        }
        turn(group, Treason.MUTE);
        group.finish();
    }

    private static void turn(PbftGroup group, Treason treason) {
        group.traitors.forEach(traitor -> group.turn(traitor, treason));
    }

    private static void awaitOneAhead(Simulation sim, PbftGroup group) {
        Duration latest = sim.now().plusMillis(400);
        sim.runUntil(
                () -> isOneAheadInState(group)
                        || isOneAheadInView(group)
                        || sim.now().compareTo(latest) > 0,
                Duration.ofSeconds(1));
        if (isOneAheadInState(group)) {
            sim.reached(ONE_AHEAD_IN_STATE);
        } else if (isOneAheadInView(group)) {
            sim.reached(ONE_AHEAD_IN_VIEW);
        }
    }

    private static boolean isOneAheadInState(PbftGroup group) {
        return differ(group, core -> core.ledger.stableSequence());
    }

    private static boolean isOneAheadInView(PbftGroup group) {
        return differ(group, core -> core.ledger.isActive() ? core.ledger.view() : -1);
    }

    private static boolean differ(PbftGroup group, ToLongFunction<Core> what) {
        return group.correct.stream()
                        .map(group::replica)
                        .mapToLong(what)
                        .distinct()
                        .count()
                > 1;
    }
}
