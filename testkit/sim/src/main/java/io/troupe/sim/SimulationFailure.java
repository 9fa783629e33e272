package io.troupe.sim;

import org.jspecify.annotations.Nullable;

/** The run is not as it should be: an invariant is broken, or the program did what cannot be simulated. */
public final class SimulationFailure extends AssertionError {

    private static final long serialVersionUID = 1L;

    public SimulationFailure(String what) {
        super(what);
    }

    public SimulationFailure(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}
