package io.troupe.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The search on hundreds of small random systems: what it leaves out changes nothing that it reports. */
class SearchTest {

    private static final int SYSTEMS = 100;
    private static final Bounds WIDE = new Bounds(1_000, 1_000_000, Duration.ofMinutes(5));

    private static Search search(long system, boolean canBreak, Search.Order order, boolean reduces, int steps) {
        var search = new Search(
                order,
                () -> new ToySystem(system, (int) (system % 3), canBreak),
                new Independence(false),
                reduces,
                new Bounds(steps, WIDE.states(), WIDE.time()),
                System::nanoTime);
        search.run();
        return search;
    }

    private static Set<StateGraph.Key> states(Search search) {
        return search.graph().all().stream().map(state -> state.key).collect(Collectors.toSet());
    }

    private static Set<StateGraph.Key> finals(Search search) {
        return search.graph().all().stream()
                .filter(StateGraph.State::isFinal)
                .map(state -> state.key)
                .collect(Collectors.toSet());
    }

    @Test
    void theReductionVisitsTheSameStatesAndTheSameFinalStatesWithFewerSteps() {
        long reducedEdges = 0;
        long allEdges = 0;
        for (long system = 0; system < SYSTEMS; system++) {
            for (var order : Search.Order.values()) {
                var whole = search(system, false, order, false, WIDE.steps());
                var reduced = search(system, false, order, true, WIDE.steps());
                assertThat(reduced.boundedBy()).isEmpty();
                assertThat(finals(reduced)).as("system %d, %s", system, order).isEqualTo(finals(whole));
                assertThat(states(reduced)).as("system %d, %s", system, order).isEqualTo(states(whole));
                reducedEdges += reduced.graph().edges();
                allEdges += whole.graph().edges();
            }
        }
        assertThat(reducedEdges).isLessThan(allEdges * 9 / 10);
    }

    @Test
    void everyStateIsReachedInAsFewStepsAsWithoutTheReduction() {
        for (long system = 0; system < SYSTEMS; system++) {
            var whole = search(system, false, Search.Order.DEPTH_FIRST, false, WIDE.steps());
            var reduced = search(system, false, Search.Order.DEPTH_FIRST, true, WIDE.steps());
            whole.graph().shorten();
            reduced.graph().shorten();
            for (var state : whole.graph().all()) {
                var same = Objects.requireNonNull(reduced.graph().find(state.key));
                assertThat(same.depth).as("system %d", system).isEqualTo(state.depth);
            }
        }
    }

    @Test
    void breadthFirstFindsAShortestWayToABrokenState() {
        int broken = 0;
        for (long system = 0; system < SYSTEMS; system++) {
            var whole = search(system, true, Search.Order.BREADTH_FIRST, false, WIDE.steps());
            var reduced = search(system, true, Search.Order.BREADTH_FIRST, true, WIDE.steps());
            var deep = search(system, true, Search.Order.DEPTH_FIRST, true, WIDE.steps());
            assertThat(reduced.broken() == null).isEqualTo(whole.broken() == null);
            assertThat(deep.broken() == null).isEqualTo(whole.broken() == null);
            if (whole.broken() != null && reduced.broken() != null) {
                broken++;
                assertThat(reduced.broken().depth).isEqualTo(whole.broken().depth);
            }
        }
        assertThat(broken).isBetween(SYSTEMS / 10, SYSTEMS);
    }

    @Test
    void aBoundOnStepsLeavesOutNoStateWithinIt() {
        int bounded = 0;
        for (long system = 0; system < SYSTEMS; system++) {
            var whole = search(system, false, Search.Order.DEPTH_FIRST, false, WIDE.steps());
            whole.graph().shorten();
            var near = whole.graph().all().stream()
                    .filter(state -> state.depth <= 4)
                    .map(state -> state.key)
                    .collect(Collectors.toSet());
            var cut = search(system, false, Search.Order.DEPTH_FIRST, true, 4);
            assertThat(states(cut)).as("system %d", system).isEqualTo(near);
            boolean isCut = near.size() < whole.graph().size();
            assertThat(cut.boundedBy().isEmpty()).as("system %d", system).isEqualTo(!isCut);
            bounded += isCut ? 1 : 0;
        }
        assertThat(bounded).isPositive();
    }

    @Test
    void aBoundOnStatesIsNamed() {
        var search = new Search(
                Search.Order.DEPTH_FIRST,
                () -> new ToySystem(2, 2, false),
                new Independence(false),
                true,
                new Bounds(100, 3, WIDE.time()),
                System::nanoTime);
        search.run();
        assertThat(search.boundedBy()).isEqualTo("3 states");
    }
}
