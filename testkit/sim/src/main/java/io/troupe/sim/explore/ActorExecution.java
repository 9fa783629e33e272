package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import io.troupe.sim.Simulation;
import io.troupe.sim.SimulationFailure;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A run of real actors on a stage. */
final class ActorExecution implements Execution {

    private static final long SEED = 1;

    private final StageKeeper keeper;
    private final Simulation simulation;
    private final Setup setup;
    private final UnaryOperator<String> canonical;
    private final boolean timersWait;
    private Budget budget;
    private @Nullable SimulationFailure broken;

    ActorExecution(
            StageKeeper keeper,
            Consumer<Setup> system,
            Budget budget,
            boolean timersWait,
            UnaryOperator<String> canonical,
            boolean isRecorded,
            boolean remembers) {
        this.keeper = keeper;
        this.simulation = keeper.stage().simulate(SEED);
        if (isRecorded) {
            simulation.recordTrace();
        }
        this.setup = new Setup(simulation, remembers);
        this.budget = budget;
        this.timersWait = timersWait;
        this.canonical = canonical;
        system.accept(setup);
        attempt(() -> setup.steering().settle());
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (SimulationFailure failure) {
            broken = failure;
        }
    }

    @Override
    public List<Choice> choices() {
        return allowed(setup.steering().choices(), budget, timersWait);
    }

    /** Of what is possible, what the bounds allow. */
    static List<Choice> allowed(List<Choice> choices, Budget budget, boolean timersWait) {
        var possible = choices.stream().filter(budget::allows).toList();
        boolean isBusy = timersWait && possible.stream().anyMatch(choice -> choice.kind() == Choice.Kind.DELIVER);
        return isBusy
                ? possible.stream()
                        .filter(choice -> choice.kind() != Choice.Kind.LOCAL)
                        .toList()
                : possible;
    }

    Setup setup() {
        return setup;
    }

    @Nullable SimulationFailure broken() {
        return broken;
    }

    @Override
    public void take(Choice choice) {
        budget = budget.after(choice);
        attempt(() -> setup.steering().take(choice));
    }

    @Override
    public void repeat(Choice choice) {
        budget = budget.after(choice);
        attempt(() -> setup.steering().repeat(choice));
    }

    String describe(Choice choice) {
        return setup.steering().describe(choice);
    }

    List<Setup.Goal> goals() {
        return setup.goals();
    }

    Simulation simulation() {
        return simulation;
    }

    @Override
    public Moment look() {
        long reached = 0;
        for (int goal = 0; goal < setup.goals().size(); goal++) {
            if (setup.goals().get(goal).reached().getAsBoolean()) {
                reached |= 1L << goal;
            }
        }
        var failure = broken;
        return new Moment(
                canonical.apply(setup.words() + budget + (failure == null ? "" : "broken")),
                reached,
                failure == null ? null : String.valueOf(failure.getMessage()));
    }

    @Override
    public void end() {
        if (broken == null) {
            simulation.close();
        } else {
            keeper.discard();
        }
    }
}
