package io.troupe.replication.sim;

import io.troupe.sim.Simulation;
import org.jspecify.annotations.Nullable;

/** The first promise that is broken in a run: an assertion inside an actor would only stop that actor, and the run would go on. */
public final class Verdict {

    private @Nullable AssertionError broken;

    /** The simulation ends with the step in which a promise is broken. */
    public void endWith(Simulation sim, String promised) {
        sim.afterEveryStep(promised, this::throwBroken);
    }

    public void judge(Runnable assertion) {
        try {
            assertion.run();
        } catch (AssertionError e) {
            broken = broken == null ? e : broken;
        }
    }

    public void judge(boolean holds, String what) {
        if (!holds && broken == null) {
            broken = new AssertionError(what);
        }
    }

    public void throwBroken() {
        if (broken != null) {
            throw broken;
        }
    }
}
