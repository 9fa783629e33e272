package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * §5.1: again and again batches prepare at one correct replica alone, with a traitor's help, while another is not there; it
 * executes them tentatively, and then the others, without it, begin a view in which nobody knows of them. So what it replied,
 * and the traitor beside it, is not to be believed, and what it executed is to be taken back.
 */
final class PbftPreparedAlone implements Consumer<Simulation> {

    static final String TAKEN_BACK = "what was executed tentatively is taken back";

    private static final int ROUNDS = 3;
    private static final String TRAITOR = "n4";
    /** Whom that one favours. */
    private static final List<String> FAVOURED = List.of("n1", "n3");

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("prepared alone");
        PbftGroup group = new PbftGroup(sim, 4, Set.of(TRAITOR), random.nextInt(4) > 0);
        sim.runFor(Duration.ofMillis(300 + random.nextLong(500)));
        group.turn(TRAITOR, Treason.HELPS_HALF);
        for (int round = 0; round < ROUNDS; round++) {
            String alone = FAVOURED.get(random.nextInt(FAVOURED.size()));
            String absent = FAVOURED.get(1 - FAVOURED.indexOf(alone));
            isolate(sim, group, absent, Duration.ofMillis(20 + random.nextLong(400)));
            isolate(sim, group, alone, Duration.ofMillis(800 + random.nextLong(1_500)));
            sim.runFor(Duration.ofMillis(300 + random.nextLong(500)));
        }
        if (group.takenBack.takenBack() > 0) {
            sim.reached(TAKEN_BACK);
        }
        group.finish();
    }

    private static void isolate(Simulation sim, PbftGroup group, String one, Duration duration) {
        List<String> others = new ArrayList<>(group.names);
        others.remove(one);
        sim.partition(Set.of(one), Set.copyOf(others));
        sim.runFor(duration);
        sim.heal();
    }
}
