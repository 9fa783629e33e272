package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import io.troupe.sim.explore.StateGraph.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state within the bounds. Going back is running again: actors cannot be copied. Of two choices that commute
 * one order is left out by sleep sets, with Godefroid's correction for states that are met again (<em>Partial-order
 * methods for the verification of concurrent systems</em>, LNCS 1032, §5.3): every state is still visited, over a path no
 * longer than the shortest, so that any property of states may be checked.
 */
final class Search {

    /** Where to go on first. */
    enum Order {
        /** From the newest state: mostly the run goes on where it is. */
        DEPTH_FIRST,
        /** From the oldest state: what is found first is nearest. */
        BREADTH_FIRST
    }

    private record Step(State parent, Choice choice, Set<Choice> sleep) {}

    private final Order order;
    private final Execution.Source source;
    private final Independence independence;
    private final boolean reduces;
    private final Bounds bounds;
    private final LongSupplier nanoClock;
    private final StateGraph graph = new StateGraph();
    private final ArrayDeque<Step> frontier = new ArrayDeque<>();
    private final Set<State> cut = new LinkedHashSet<>();
    private @Nullable Execution run;
    private @Nullable State at;
    private @Nullable State broken;
    private String boundedBy = "";
    private long runs;
    private long transitions;

    Search(
            Order order,
            Execution.Source source,
            Independence independence,
            boolean reduces,
            Bounds bounds,
            LongSupplier nanoClock) {
        this.order = order;
        this.source = source;
        this.independence = independence;
        this.reduces = reduces;
        this.bounds = bounds;
        this.nanoClock = nanoClock;
    }

    StateGraph graph() {
        return graph;
    }

    /** The first broken state met, if any: the search ends there. */
    @Nullable State broken() {
        return broken;
    }

    /** Which bound kept the search from seeing everything; empty when none did. */
    String boundedBy() {
        return boundedBy;
    }

    long runs() {
        return runs;
    }

    /** Choices taken, those on the way back to a state included. */
    long transitions() {
        return transitions;
    }

    void run() {
        long deadline = nanoClock.getAsLong() + bounds.time().toNanos();
        try {
            arrive(null, null, Set.of());
            do {
                while (!frontier.isEmpty() && broken == null) {
                    if (nanoClock.getAsLong() - deadline > 0) {
                        boundedBy = bounds.time().toMillis() + " ms";
                        return;
                    }
                    if (graph.size() > bounds.states()) {
                        boundedBy = bounds.states() + " states";
                        return;
                    }
                    var step = order == Order.DEPTH_FIRST ? frontier.removeLast() : frontier.removeFirst();
                    goTo(step.parent());
                    if (--step.parent().stepsDue == 0) {
                        step.parent().saved = null;
                    }
                    current().take(step.choice());
                    transitions++;
                    arrive(step.parent(), step.choice(), step.sleep());
                }
            } while (broken == null && extendNearer());
            if (!cut.isEmpty()) {
                boundedBy = bounds.steps() + " steps (" + cut.size() + " states not gone on from)";
            }
        } finally {
            endRun();
        }
    }

    private Execution current() {
        if (run == null) {
            run = source.begin();
            runs++;
        }
        return run;
    }

    private void endRun() {
        if (run != null) {
            run.end();
        }
        run = null;
    }

    private void goTo(State state) {
        if (at == state) {
            return;
        }
        var saved = state.saved;
        if (saved != null) {
            current().restore(saved, () -> StateGraph.pathTo(state));
            at = state;
            return;
        }
        endRun();
        for (var choice : StateGraph.pathTo(state)) {
            current().repeat(choice);
            transitions++;
        }
        if (!graph.isAt(state, current().state())) {
            throw new IllegalStateException("the same schedule led to two different states, so something that is not in"
                    + " the schedule decides: a clock, a random source, the order of a hash set, or a state that the"
                    + " reported one does not tell. Schedule: " + StateGraph.pathTo(state));
        }
        at = state;
    }

    private void arrive(@Nullable State parent, @Nullable Choice via, Set<Choice> sleep) {
        var state = graph.find(current().state());
        boolean isNew = state == null;
        if (state == null) {
            state = graph.add(current().look());
            state.parent = parent;
            state.via = via;
            state.depth = parent == null ? 0 : parent.depth + 1;
            state.sleep = Set.copyOf(sleep);
        }
        at = state;
        if (parent != null && via != null) {
            parent.edges.add(new StateGraph.Edge(via, state.id));
        }
        if (state.broken != null) {
            broken = state;
            at = null;
            return;
        }
        if (isNew) {
            if (state.depth < bounds.steps()) {
                expand(state);
            } else if (!current().choices().isEmpty()) {
                cut.add(state);
            } else {
                state.isExpanded = true;
            }
        } else {
            wake(state, sleep);
        }
    }

    private void expand(State state) {
        state.isExpanded = true;
        state.choices = current().choices();
        push(
                state,
                state.choices.stream()
                        .filter(choice -> !state.sleep.contains(choice))
                        .toList(),
                state.sleep);
    }

    /** Met again over another path, with less asleep than before: what was left out then is now due. */
    private void wake(State state, Set<Choice> sleep) {
        var awake =
                state.sleep.stream().filter(choice -> !sleep.contains(choice)).toList();
        if (awake.isEmpty()) {
            return;
        }
        var still = new LinkedHashSet<>(state.sleep);
        still.retainAll(sleep);
        state.sleep = Set.copyOf(still);
        if (state.isExpanded) {
            var inOrder = state.choices.stream().filter(awake::contains).toList();
            push(state, inOrder, state.sleep);
        }
    }

    private void push(State state, List<Choice> choices, Set<Choice> sleep) {
        List<Step> steps = new ArrayList<>();
        Set<Choice> asleep = new LinkedHashSet<>(sleep);
        for (var choice : choices) {
            Set<Choice> after = new LinkedHashSet<>();
            for (var other : asleep) {
                if (reduces && independence.commute(other, choice)) {
                    after.add(other);
                }
            }
            steps.add(new Step(state, choice, after));
            asleep.add(choice);
        }
        state.stepsDue += steps.size();
        if (state.stepsDue > 0 && state.saved == null && at == state) {
            state.saved = current().save();
        }
        if (order == Order.DEPTH_FIRST) {
            Collections.reverse(steps); // the last in is the first out
        }
        frontier.addAll(steps);
    }

    /** A state first met at the end of a long schedule may have a shorter one: then the search goes on from there. */
    private boolean extendNearer() {
        if (cut.isEmpty()) {
            return false;
        }
        graph.shorten();
        var nearer = cut.stream().filter(state -> state.depth < bounds.steps()).toList();
        for (var state : nearer) {
            cut.remove(state);
            goTo(state);
            expand(state);
        }
        return !nearer.isEmpty();
    }
}
