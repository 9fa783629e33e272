package io.troupe.sim.explore;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Choice;
import io.troupe.sim.explore.StateGraph.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Explores a small system of unmodified typed actors (2 to 4 nodes, a handful of messages) through everything that may
 * happen to it: every order in which messages arrive and timers fire, and as many losses, duplications, crashes and
 * restarts as allowed here, anywhere. Messages between two nodes keep their order, as Pekko promises; apart from that a
 * message takes any time.
 *
 * <p>Safety ({@link Setup#always}) is checked after every step. Liveness ({@link Setup#eventually}) is judged on the whole
 * graph of states: it is broken by a dead end without the goal, where nothing more happens unless somebody does harm, and
 * by a cycle without the goal that is fair: sooner or later a message under way arrives, and a timer fires. With {@link
 * #unfair()} every cycle counts. A cycle is only recognised when states are told apart by what they are and not by how
 * they were reached: say {@link Setup#statesAreReported}; without it only dead ends are found.
 *
 * <p>The report says {@code exhausted} when every state was seen, else which bound was reached: then properties hold in
 * what was seen, and nothing is known of the rest.
 */
public final class Explorer {

    private final Consumer<Setup> system;
    private Config config = ConfigFactory.empty();
    private Budget budget = Budget.NO_FAULTS;
    private Bounds bounds = new Bounds(1_000, 1_000_000, Duration.ofSeconds(60));
    private UnaryOperator<String> canonical = UnaryOperator.identity();
    private boolean timersWait;
    private boolean onlyFair = true;
    private boolean reduces = true;
    private boolean remembers;

    private Explorer(Consumer<Setup> system) {
        this.system = system;
    }

    /** @param system starts the nodes and states the properties; called for every run, always with the same effect */
    public static Explorer of(Consumer<Setup> system) {
        return new Explorer(system);
    }

    /** HOCON of the application: serializers, and what its actors read. */
    public Explorer config(String hocon) {
        config = ConfigFactory.parseString(hocon);
        return this;
    }

    /** Up to {@code count} messages are lost; by default none. */
    public Explorer losses(int count) {
        budget = new Budget(budget.timers(), count, budget.duplications(), budget.crashes(), budget.restarts());
        return this;
    }

    /** Up to {@code count} messages arrive twice, the second time at any time; by default none. */
    public Explorer duplications(int count) {
        budget = new Budget(budget.timers(), budget.losses(), count, budget.crashes(), budget.restarts());
        return this;
    }

    /** Nodes crash up to {@code count} times, with every prefix of the unsynced writes surviving; by default never. */
    public Explorer crashes(int count) {
        budget = new Budget(budget.timers(), budget.losses(), budget.duplications(), count, budget.restarts());
        return this;
    }

    /** Crashed nodes start again up to {@code count} times; by default never. */
    public Explorer restarts(int count) {
        budget = new Budget(budget.timers(), budget.losses(), budget.duplications(), budget.crashes(), count);
        return this;
    }

    /** Timers and disks act up to {@code count} times in all; by default without bound. */
    public Explorer timers(int count) {
        budget = new Budget(count, budget.losses(), budget.duplications(), budget.crashes(), budget.restarts());
        return this;
    }

    /** Timers fire and disks answer only when no message is under way: as if time-outs were always long enough. */
    public Explorer timersWaitForMessages() {
        timersWait = true;
        return this;
    }

    /** No schedule longer than this; by default 1,000 steps. */
    public Explorer steps(int most) {
        bounds = new Bounds(most, bounds.states(), bounds.time());
        return this;
    }

    /** By default a million. */
    public Explorer states(int most) {
        bounds = new Bounds(bounds.steps(), most, bounds.time());
        return this;
    }

    /** By the wall clock; by default a minute. Once more that long may go into finding a shorter counterexample. */
    public Explorer within(Duration time) {
        bounds = new Bounds(bounds.steps(), bounds.states(), time);
        return this;
    }

    /** A run that starves a message or a timer for ever counts as a run too. */
    public Explorer unfair() {
        onlyFair = false;
        return this;
    }

    /**
     * Of the numbers that the first group of {@code pattern} finds in a state's words only the order matters: states that
     * differ by higher ballots alone are one. Right for protocols that compare these numbers and do nothing else with
     * them; it makes endless competitions finite.
     */
    public Explorer onlyOrderMatters(String pattern) {
        var numbers = Pattern.compile(pattern);
        canonical = words -> ranked(words, numbers);
        return this;
    }

    /** Takes both orders of choices that commute as well: slower, for comparison. */
    public Explorer withoutReduction() {
        reduces = false;
        return this;
    }

    /**
     * What a node does in one state with one message is run once and then looked up: no actor runs where every node is in
     * a state it has been in before, and exploring is a hundred times faster. Right when {@link Setup#statesAreReported()}
     * says all of a node's state, the properties look at {@link Setup#reported} alone, and nothing but messages passes
     * between nodes (no death watch, no receptionist); where it is found not to be so, exploring fails. Without crashes
     * and restarts.
     */
    public Explorer stepsAreRemembered() {
        remembers = true;
        return this;
    }

    private static String ranked(String words, Pattern numbers) {
        var values = new TreeSet<Long>();
        numbers.matcher(words).results().forEach(found -> values.add(Long.parseLong(found.group(1))));
        var order = new ArrayList<>(values);
        var text = new StringBuilder();
        var matcher = numbers.matcher(words);
        int from = 0;
        while (matcher.find()) {
            text.append(words, from, matcher.start(1)).append(order.indexOf(Long.parseLong(matcher.group(1))));
            from = matcher.end(1);
        }
        return text.append(words, from, words.length()).toString();
    }

    /** Explores; takes as long as the bounds allow. */
    public Report explore() {
        long began = System.nanoTime();
        try (var keeper = new StageKeeper(config)) {
            var goals = goals(keeper);
            var runs = runs(keeper);
            var search = search(Search.Order.DEPTH_FIRST, runs::begin, goals);
            search.run();
            var graph = search.graph();
            runs.verify(graph);
            var broken = search.broken();
            var found = broken == null
                    ? withoutGoal(graph, keeper, goals, search.boundedBy().isEmpty())
                    : Optional.of(shortest(broken, runs, keeper, goals));
            return new Report(
                    search.boundedBy(),
                    found,
                    graph.size(),
                    graph.all().stream().filter(State::isFinal).count(),
                    search.transitions(),
                    search.runs(),
                    Duration.ofNanos(System.nanoTime() - began));
        }
    }

    /** The graph that {@link #explore} judges. */
    StateGraph graph() {
        try (var keeper = new StageKeeper(config)) {
            var goals = goals(keeper);
            var search = search(Search.Order.DEPTH_FIRST, runs(keeper)::begin, goals);
            search.run();
            return search.graph();
        }
    }

    private List<String> goals(StageKeeper keeper) {
        var first = begin(keeper, false);
        var goals = first.goals().stream().map(Setup.Goal::name).toList();
        first.end();
        if (goals.size() > Long.SIZE) {
            throw new IllegalArgumentException(
                    "there may be " + Long.SIZE + " liveness properties, not " + goals.size());
        }
        return goals;
    }

    private Runs runs(StageKeeper keeper) {
        if (!remembers) {
            return () -> begin(keeper, false);
        }
        if (budget.crashes() > 0 || budget.restarts() > 0) {
            throw new IllegalStateException("with crashes and restarts steps cannot be remembered: what becomes of a"
                    + " message depends on who is up; leave out stepsAreRemembered() or the crashes");
        }
        return new Remembered(
                () -> new ActorExecution(keeper, system, budget, timersWait, canonical, false, true),
                budget,
                timersWait,
                canonical);
    }

    /** Where a search has its runs from. */
    interface Runs extends Execution.Source {
        /** Whether what the search has seen is what actors do; throws when it is not. */
        default void verify(StateGraph graph) {
            // They have done it.
        }
    }

    private Search search(Search.Order order, Execution.Source runs, List<String> goals) {
        boolean sharesTimers = timersWait || budget.timers() != Budget.UNLIMITED;
        // A goal may be reached on one of two orders that commute, and missed on the other.
        boolean leavesOut = reduces && goals.isEmpty();
        return new Search(order, runs, new Independence(sharesTimers), leavesOut, bounds, System::nanoTime);
    }

    private ActorExecution begin(StageKeeper keeper, boolean isRecorded) {
        return new ActorExecution(keeper, system, budget, timersWait, canonical, isRecorded, false);
    }

    /** Depth-first found one; breadth-first finds the nearest, if the bounds let it. */
    private Counterexample shortest(State broken, Runs runs, StageKeeper keeper, List<String> goals) {
        var again = search(Search.Order.BREADTH_FIRST, runs::begin, goals);
        again.run();
        var nearest = again.broken();
        var chosen = nearest == null ? broken : nearest;
        return told(
                String.valueOf(chosen.broken).lines().findFirst().orElse(""),
                new Lasso(StateGraph.pathTo(chosen), List.of()),
                nearest != null,
                keeper);
    }

    private Optional<Counterexample> withoutGoal(
            StateGraph graph, StageKeeper keeper, List<String> goals, boolean isWhole) {
        for (int goal = 0; goal < goals.size(); goal++) {
            var lasso = new Liveness(graph, goal, onlyFair).withoutGoal();
            if (lasso.isPresent()) {
                boolean isDeadEnd = lasso.get().cycle().isEmpty();
                String how = isDeadEnd ? "nothing more happens" : onlyFair ? "a fair run goes on" : "a run goes on";
                return Optional.of(told(
                        "'" + goals.get(goal) + "' is never reached: " + how + " without it",
                        lasso.get(),
                        isDeadEnd && isWhole,
                        keeper));
            }
        }
        return Optional.empty();
    }

    /** Runs the schedule once more, for the words and the trace of it. */
    private Counterexample told(String property, Lasso lasso, boolean isShortest, StageKeeper keeper) {
        var run = begin(keeper, true);
        try {
            List<Choice> schedule = new ArrayList<>(lasso.stem());
            schedule.addAll(lasso.cycle());
            List<String> steps = new ArrayList<>();
            for (var choice : schedule) {
                steps.add(run.describe(choice));
                run.take(choice);
            }
            return new Counterexample(
                    property,
                    steps,
                    lasso.stem().size(),
                    isShortest,
                    run.simulation().trace(property));
        } finally {
            run.end();
        }
    }
}
