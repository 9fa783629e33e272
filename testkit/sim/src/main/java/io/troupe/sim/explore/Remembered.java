package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs that are put together from steps already seen. Nodes share nothing, so what a node does with a message depends on
 * its own state alone: the first time actors do it, later it is looked up. Each time that actors must run, the moment
 * they are brought to is compared with the one that was put together.
 */
final class Remembered implements Explorer.Runs {

    /** A node's state, one object for each. */
    private record Local(String words, Map<String, Object> reported, boolean hasSomethingDue) {}

    /** What meets a node: a message from somebody, or, when there is none, the next thing on its own clock. */
    private record Event(Local local, String node, String from, @Nullable String message) {}

    /** What a node becomes, and what it sends to whom, in order. */
    private record Effect(Local local, Map<Choice, List<String>> sent, @Nullable String failure) {}

    /** All of a moment: what each node is, and what is under way. Never changed. */
    private record Configuration(
            TreeMap<String, Local> locals,
            TreeMap<Choice, List<String>> underWay,
            Budget budget,
            @Nullable String failure) {

        String words() {
            var text = new StringBuilder(512);
            locals.forEach((node, local) ->
                    text.append(node).append(' ').append(local.words()).append('\n'));
            underWay.forEach((lane, messages) -> {
                text.append(lane.from()).append("->").append(lane.node()).append(lane.part() == 1 ? " copies" : "");
                messages.forEach(message -> text.append("\n  ").append(message));
                text.append('\n');
            });
            return text.append(budget).append(failure == null ? "" : "broken").toString();
        }

        List<Choice> choices() {
            List<Choice> choices = new ArrayList<>(underWay.keySet());
            locals.forEach((node, local) -> {
                if (local.hasSomethingDue()) {
                    choices.add(Choice.local(node));
                }
            });
            underWay.keySet().forEach(lane -> choices.add(as(Choice.Kind.LOSE, lane)));
            underWay.keySet().stream()
                    .filter(lane -> lane.part() == 0)
                    .forEach(lane -> choices.add(as(Choice.Kind.DUPLICATE, lane)));
            return choices;
        }
    }

    private static final Comparator<Choice> LANES =
            Comparator.comparing(Choice::from).thenComparing(Choice::node).thenComparingInt(Choice::part);

    /** How many states of a graph are compared with what actors do. */
    private static final int VERIFIED = 200;

    private final Supplier<ActorExecution> actors;
    private final Budget budget;
    private final boolean timersWait;
    private final UnaryOperator<String> canonical;
    private final Map<String, Local> locals = new HashMap<>();
    private final Map<Event, Effect> effects = new HashMap<>();
    private final Map<String, String> messages = new HashMap<>();
    private final ActorExecution judge;
    private final Configuration first;

    /** @param actors begins a run in which no step checks properties */
    Remembered(Supplier<ActorExecution> actors, Budget budget, boolean timersWait, UnaryOperator<String> canonical) {
        this.actors = actors;
        this.budget = budget;
        this.timersWait = timersWait;
        this.canonical = canonical;
        this.judge = actors.get();
        if (!judge.setup().tellsStatesByReports()) {
            throw new IllegalStateException("steps can be remembered only when states are told apart by what the nodes"
                    + " report: say statesAreReported() in the set-up");
        }
        this.first = seen(judge, budget);
    }

    @Override
    public Execution begin() {
        return new Run();
    }

    /** Lets actors take the way to states all over the graph, and compares. */
    @Override
    public void verify(StateGraph graph) {
        int apart = Math.max(1, graph.size() / VERIFIED);
        for (int id = graph.size() - 1; id > StateGraph.ROOT; id -= apart) {
            var state = graph.get(id);
            if (state.broken == null) {
                var path = StateGraph.pathTo(state);
                var run = actors.get();
                try {
                    var left = budget;
                    for (var choice : path) {
                        run.repeat(choice);
                        left = left.after(choice);
                    }
                    var words = seen(run, left).words();
                    if (!graph.isAt(state, canonical.apply(words))) {
                        throw notRemembered(path, words, "");
                    }
                } finally {
                    run.end();
                }
            }
        }
    }

    private static IllegalStateException notRemembered(List<Choice> path, String actors, String remembered) {
        return new IllegalStateException("steps cannot be remembered here: a node's next step depends on more than it"
                + " reports, or something other than messages passes between nodes. After " + path
                + " the actors are in\n" + actors + "\nand not where they are remembered to be\n" + remembered);
    }

    private static Choice as(Choice.Kind kind, Choice lane) {
        return new Choice(kind, lane.from(), lane.node(), lane.part());
    }

    private Configuration seen(ActorExecution run, Budget left) {
        TreeMap<String, Local> now = new TreeMap<>();
        var steering = run.setup().steering();
        var due = steering.choices();
        steering.reported()
                .forEach((node, reported) -> now.put(
                        node,
                        locals.computeIfAbsent(
                                node + ' ' + steering.local(node),
                                any -> new Local(
                                        steering.local(node),
                                        Map.copyOf(reported),
                                        due.contains(Choice.local(node))))));
        TreeMap<Choice, List<String>> lanes = new TreeMap<>(LANES);
        steering.underWay()
                .forEach((lane, texts) -> lanes.put(
                        lane,
                        texts.stream()
                                .map(text -> messages.computeIfAbsent(text, any -> text))
                                .toList()));
        var broken = run.broken();
        return new Configuration(now, lanes, left, broken == null ? null : String.valueOf(broken.getMessage()));
    }

    private final class Run implements Execution {
        private Configuration at = first;
        private Supplier<List<Choice>> stem = List::of;
        private final List<Choice> since = new ArrayList<>();

        @Override
        public List<Choice> choices() {
            return ActorExecution.allowed(at.choices(), at.budget(), timersWait);
        }

        @Override
        public void take(Choice choice) {
            at = after(choice);
            since.add(choice);
        }

        @Override
        public String state() {
            return canonical.apply(at.words());
        }

        @Override
        public Moment look() {
            Map<String, Map<String, Object>> reported = new TreeMap<>();
            at.locals().forEach((node, local) -> reported.put(node, local.reported()));
            var setup = judge.setup();
            setup.show(reported);
            String broken = at.failure();
            for (var property : setup.remembered().entrySet()) {
                try {
                    property.getValue().check();
                } catch (RuntimeException | AssertionError e) {
                    broken = "'" + property.getKey() + "' does not hold: " + e.getMessage();
                }
            }
            long reached = 0;
            for (int goal = 0; goal < setup.goals().size(); goal++) {
                if (setup.goals().get(goal).reached().getAsBoolean()) {
                    reached |= 1L << goal;
                }
            }
            return new Moment(state(), reached, broken);
        }

        @Override
        public Object save() {
            return at;
        }

        @Override
        public void restore(Object saved, Supplier<List<Choice>> path) {
            at = (Configuration) saved;
            stem = path;
            since.clear();
        }

        @Override
        public void end() {
            // Nothing runs.
        }

        private Configuration after(Choice choice) {
            var lanes = new TreeMap<>(at.underWay());
            var left = at.budget().after(choice);
            return switch (choice.kind()) {
                case LOSE -> {
                    takeOldest(lanes, as(Choice.Kind.DELIVER, choice));
                    yield new Configuration(at.locals(), lanes, left, null);
                }
                case DUPLICATE -> {
                    // What comes from outside has no link that a copy could overtake: it stands behind.
                    int part = at.locals().containsKey(choice.from()) ? 1 : 0;
                    var copies = new Choice(Choice.Kind.DELIVER, choice.from(), choice.node(), part);
                    append(lanes, copies, List.of(oldest(as(Choice.Kind.DELIVER, choice))));
                    yield new Configuration(at.locals(), lanes, left, null);
                }
                case DELIVER, LOCAL -> {
                    var effect = effect(choice);
                    if (choice.kind() == Choice.Kind.DELIVER) {
                        takeOldest(lanes, choice);
                    }
                    effect.sent().forEach((lane, texts) -> append(lanes, lane, texts));
                    var locals = new TreeMap<>(at.locals());
                    locals.put(choice.node(), effect.local());
                    yield new Configuration(locals, lanes, left, effect.failure());
                }
                case SCRIPTED, CRASH, RESTART ->
                    throw new IllegalStateException("'" + choice + "' cannot be remembered: it is not one node's step");
            };
        }

        private Effect effect(Choice choice) {
            var local = at.locals().get(choice.node());
            if (local == null) {
                throw new IllegalStateException("there is no node " + choice.node());
            }
            var event = new Event(
                    local, choice.node(), choice.from(), choice.kind() == Choice.Kind.DELIVER ? oldest(choice) : null);
            var known = effects.get(event);
            if (known == null) {
                known = run(choice);
                effects.put(event, known);
            }
            return known;
        }

        private String oldest(Choice lane) {
            var messagesThere = at.underWay().get(lane);
            if (messagesThere == null) {
                throw new IllegalArgumentException("'" + lane + "' is not possible now");
            }
            return messagesThere.get(0);
        }

        /** Lets actors do it, and sees what comes of it. */
        private Effect run(Choice choice) {
            var run = actors.get();
            try {
                List<Choice> path = new ArrayList<>(stem.get());
                path.addAll(since);
                path.forEach(run::repeat);
                var before = seen(run, at.budget());
                if (!before.words().equals(at.words())) {
                    throw notRemembered(path, before.words(), at.words());
                }
                run.take(choice);
                var now = seen(run, at.budget().after(choice));
                var local = now.locals().get(choice.node());
                if (local == null) {
                    throw new IllegalStateException(choice.node() + " is gone after " + choice);
                }
                return new Effect(local, sent(choice, before, now), now.failure());
            } finally {
                run.end();
            }
        }

        /** What was added to the lanes that lead away from the node; nothing else may have changed. */
        private Map<Choice, List<String>> sent(Choice choice, Configuration before, Configuration now) {
            var expected = new TreeMap<>(before.underWay());
            if (choice.kind() == Choice.Kind.DELIVER) {
                takeOldest(expected, choice);
            }
            Map<Choice, List<String>> sent = new TreeMap<>(LANES);
            now.underWay().forEach((lane, texts) -> {
                var old = expected.getOrDefault(lane, List.of());
                boolean isLonger = texts.size() >= old.size()
                        && texts.subList(0, old.size()).equals(old);
                if (!isLonger || (texts.size() > old.size() && !lane.from().equals(choice.node()))) {
                    throw new IllegalStateException("'" + choice + "' changed what is under way on " + lane + " from "
                            + old + " to " + texts + ": it is no step of one node, and cannot be remembered");
                }
                if (texts.size() > old.size()) {
                    sent.put(lane, List.copyOf(texts.subList(old.size(), texts.size())));
                }
            });
            return sent;
        }
    }

    private static void takeOldest(TreeMap<Choice, List<String>> lanes, Choice lane) {
        lanes.compute(lane, (same, texts) -> {
            if (texts == null) {
                throw new IllegalArgumentException("'" + lane + "' is not possible now");
            }
            return texts.size() == 1 ? null : List.copyOf(texts.subList(1, texts.size()));
        });
    }

    private static void append(TreeMap<Choice, List<String>> lanes, Choice lane, List<String> texts) {
        lanes.merge(lane, texts, (old, more) -> {
            List<String> all = new ArrayList<>(old);
            all.addAll(more);
            return List.copyOf(all);
        });
    }
}
