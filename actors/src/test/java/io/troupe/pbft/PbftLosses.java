package io.troupe.pbft;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Replicas lose their disks, one after the other, the primary more often than others; the next one does when the last has
 * recovered ({@link Recovery}). Of seven it is two at a time, or one beside a traitor. The others keep their disks, and
 * crash, pause, and are cut off meanwhile. At the end nobody asks for anything, and all recover, and one more.
 */
final class PbftLosses implements Consumer<Simulation> {

    static final String OF_THE_PRIMARY = "the primary loses its disk";
    static final String ONE_BEHIND = "a replica loses its disk while another is behind";
    static final String CRASH_IN_RECOVERY = "a crash in a recovery";

    private static final Duration LOSSES = Duration.ofSeconds(6);
    /** So long a recovery takes at most when all is well again: some views may have to change before. */
    private static final Duration RECOVERY_MAX = Duration.ofSeconds(30);

    private static final List<Treason> TREASONS = List.of(
            Treason.NONE,
            Treason.MUTE,
            Treason.MOODY,
            Treason.EQUIVOCATES,
            Treason.LIES_ABOUT_STATE,
            Treason.LIES_ABOUT_STATE,
            Treason.LIES_ABOUT_THE_PAST);

    @Override
    public void accept(Simulation sim) {
        new Run(sim).play();
    }

    private static final class Run {

        private final Simulation sim;
        private final RandomGenerator random;
        private final PbftGroup group;
        private final int atOnce;
        private final TreeSet<String> recovering = new TreeSet<>();

        Run(Simulation sim) {
            this.sim = sim;
            this.random = sim.random("losses");
            int faults = random.nextInt(4) == 0 ? 2 : 1;
            int traitors = random.nextInt(faults);
            this.group = new PbftGroup(sim, 3 * faults + 1, traitors, random.nextInt(4) > 0);
            this.atOnce = faults - traitors;
        }

        void play() {
            sim.runFor(Duration.ofMillis(200 + random.nextLong(800)));
            sim.nemesis(
                    LOSSES,
                    Duration.ofMillis(800),
                    Fault.partitions(),
                    Fault.crashes(),
                    Fault.pauses(),
                    Fault.badNetwork(0.2, Duration.ofMillis(100)),
                    Fault.slowDisks(Duration.ofMillis(100)));
            while (sim.now().compareTo(LOSSES) < 0) {
                turn(TREASONS.get(random.nextInt(TREASONS.size())));
                sim.runFor(Duration.ofMillis(20 + random.nextLong(300)));
                recovering.removeIf(this::hasRecovered);
                if (recovering.size() < atOnce) {
                    lose(victim());
                } else if (random.nextInt(4) == 0) {
                    crash(recovering.first());
                }
            }
            group.mend();
            group.pauseClients(true);
            awaitRecovery();
            lose(victim());
            awaitRecovery();
            group.pauseClients(false);
            group.finish();
        }

        private void turn(Treason treason) {
            group.traitors.forEach(traitor -> group.turn(traitor, treason));
        }

        private String victim() {
            List<String> others = group.correct.stream()
                    .filter(name -> !recovering.contains(name))
                    .toList();
            return others.stream()
                    .filter(name -> group.replica(name).leads() && random.nextBoolean())
                    .findFirst()
                    .orElseGet(() -> others.get(random.nextInt(others.size())));
        }

        private void lose(String name) {
            if (group.replica(name).leads()) {
                sim.reached(OF_THE_PRIMARY);
            }
            if (isOneBehind(name)) {
                sim.reached(ONE_BEHIND);
            }
            if (group.node(name).isUp()) {
                sim.crash(name);
            }
            group.wipe(name);
            recovering.add(name);
            sim.runFor(Duration.ofMillis(10 + random.nextLong(300)));
            restart(name);
        }

        private boolean isOneBehind(String victim) {
            long own = group.replica(victim).ledger.stableSequence();
            return group.correct.stream()
                    .map(group::replica)
                    .anyMatch(core -> core != null && core.ledger.stableSequence() < own);
        }

        private void crash(String name) {
            if (group.node(name).isUp() && !hasRecovered(name)) {
                sim.reached(CRASH_IN_RECOVERY);
                sim.crash(name);
                sim.runFor(Duration.ofMillis(10 + random.nextLong(100)));
                restart(name);
            }
        }

        private void restart(String name) {
            if (!group.node(name).isUp()) {
                sim.restart(name);
            }
        }

        private boolean hasRecovered(String name) {
            Core core = group.replica(name);
            return core != null && !core.ledger.hasForgotten() && !core.right.hasForgotten();
        }

        private void awaitRecovery() {
            group.await(
                    "who has lost its disk recovers",
                    () -> recovering.stream().allMatch(this::hasRecovered),
                    RECOVERY_MAX);
            recovering.clear();
        }
    }
}
