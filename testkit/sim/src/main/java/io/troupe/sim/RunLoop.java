package io.troupe.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets virtual time pass in a {@link World}: step by step, checking after each what must hold, and telling of a failure
 * all that it takes to understand it.
 */
public final class RunLoop {

    private record Named(String name, Invariant holds) {}

    private final World world;
    private final long seed;
    private final Runnable afterStep;
    private final Supplier<List<String>> faults;
    private final List<Named> invariants = new ArrayList<>();
    private boolean running;

    /** @param afterStep done after every step, before the invariants are checked */
    public RunLoop(World world, long seed, Runnable afterStep, Supplier<List<String>> faults) {
        this.world = world;
        this.seed = seed;
        this.afterStep = afterStep;
        this.faults = faults;
    }

    public void afterEveryStep(String name, Invariant invariant) {
        invariants.removeIf(other -> other.name().equals(name));
        invariants.add(new Named(name, invariant));
    }

    public void runFor(Duration virtualTime) {
        long until = world.nowNanos() + virtualTime.toNanos();
        run(until, () -> false);
        world.advanceTo(until);
    }

    public void runUntil(BooleanSupplier reached, Duration limit) {
        long until = world.nowNanos() + limit.toNanos();
        if (!reached.getAsBoolean() && !run(until, reached)) {
            throw failed(new SimulationFailure("what was waited for did not happen within " + limit.toMillis()
                    + " ms of virtual time, at " + world.nowNanos() / 1_000_000 + " ms"));
        }
    }

    private boolean run(long untilNanos, BooleanSupplier reached) {
        if (running) {
            throw new IllegalStateException(
                    "the simulation runs already: an actor, an invariant or a scheduled action cannot run it");
        }
        running = true;
        return world.stepping(() -> {
            try {
                while (world.step(untilNanos)) {
                    check();
                    if (reached.getAsBoolean()) {
                        return true;
                    }
                }
                return false;
            } catch (SimulationFailure failure) {
                throw failed(failure);
            } finally {
                running = false;
            }
        });
    }

    void check() {
        afterStep.run();
        for (int i = 0; i < invariants.size(); i++) { // After every step: no iterator.
            var invariant = invariants.get(i);
            try {
                invariant.holds().check();
            } catch (RuntimeException | AssertionError e) {
                throw new SimulationFailure("'" + invariant.name() + "' does not hold: " + e.getMessage(), e);
            }
        }
    }

    private SimulationFailure failed(SimulationFailure failure) {
        var text = new StringBuilder(Optional.ofNullable(failure.getMessage()).orElse(""))
                .append("\n  seed ")
                .append(seed)
                .append(", at ")
                .append(world.nowNanos() / 1e6)
                .append(" ms of virtual time, after ")
                .append(world.steps())
                .append(" steps, fingerprint ")
                .append(Long.toHexString(world.fingerprint().value()))
                .append("\n  faults:");
        faults.get().forEach(fault -> text.append("\n  ").append(fault));
        text.append("\n  what happened last:");
        world.trace().lines().forEach(line -> text.append("\n  ").append(line));
        return new SimulationFailure(text.toString(), failure.getCause() == null ? failure : failure.getCause());
    }
}
