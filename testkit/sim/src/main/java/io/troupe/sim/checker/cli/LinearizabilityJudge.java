package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.History;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Model;
import io.troupe.sim.checker.Operation;
import io.troupe.sim.checker.PerKey;
import io.troupe.sim.checker.Verdict;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Calls;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges whether clients could have seen this of one copy of an object. */
final class LinearizabilityJudge<S, I, O> implements Judge {

    /** How many operations of the prefix an explanation shows. */
    private static final int PREFIX_SHOWN_MAX = 10;

    /** How many possible states it shows, and how much of each; {@code --json} has all that were found. */
    private static final int STATES_SHOWN_MAX = 4;

    private static final int STATE_CHARS_MAX = 200;

    /** Makes the model, given the initial value from the command line. */
    interface ModelMaker<S, I, O> {
        Model<S, I, O> make(Settings settings) throws BadInput;
    }

    private final String name;
    private final boolean hasKeys;
    private final ModelMaker<S, I, O> models;
    private final Vocabulary<I, O> vocabulary;

    /** @param hasKeys whether the model's own partition is by key */
    LinearizabilityJudge(String name, boolean hasKeys, ModelMaker<S, I, O> models, Vocabulary<I, O> vocabulary) {
        this.name = name;
        this.hasKeys = hasKeys;
        this.models = models;
        this.vocabulary = vocabulary;
    }

    @Override
    public Judgement judge(List<Entry> entries, Settings settings) throws BadInput {
        var calls = Calls.pair(entries);
        var model = models.make(settings);
        boolean independent = !hasKeys
                && (settings.partition() == Partition.KEY
                        || (settings.partition() == Partition.AUTO && Independent.isToldBy(calls)));
        if (independent) {
            List<Operation<PerKey.On<Object, I>, O>> operations = new ArrayList<>();
            for (var call : calls) {
                var on = Independent.of(call);
                var meaning = vocabulary.of(on.call(), settings.convention());
                if (meaning != null) {
                    operations.add(operation(call, meaning, new PerKey.On<>(on.key(), meaning.input())));
                }
            }
            return verdict(calls, new PerKey<Object, S, I, O>(model), new History<>(operations), settings);
        }
        List<Operation<I, O>> operations = new ArrayList<>();
        for (var call : calls) {
            var meaning = vocabulary.of(call, settings.convention());
            if (meaning != null) {
                operations.add(operation(call, meaning, meaning.input()));
            }
        }
        return verdict(
                calls,
                settings.partition() == Partition.NONE ? new Unpartitioned<>(model) : model,
                new History<>(operations),
                settings);
    }

    private static <J, I, O> Operation<J, O> operation(Call call, Vocabulary.Meaning<I, O> meaning, J input) {
        long returnedAt =
                switch (meaning.outcome()) {
                    case OK, FAIL -> call.returnedAt();
                    case UNKNOWN -> Operation.NEVER;
                };
        return new Operation<>(
                call.id(), call.process(), input, meaning.output(), meaning.outcome(), call.invokedAt(), returnedAt);
    }

    private <T, J> Judgement verdict(List<Call> calls, Model<T, J, O> model, History<J, O> history, Settings settings) {
        int parts = history.partition(model::partition).size();
        long clients = calls.stream().mapToInt(Call::process).distinct().count();
        String what = name + ": " + calls.size() + " operations by " + clients + " clients"
                + (parts > 1 ? ", " + parts + " keys" : "");
        settings.progress().stage(what);
        var verdict = Linearizability.check(model, history, settings.limits());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("operations", calls.size());
        facts.put("clients", clients);
        facts.put("parts", parts);
        if (verdict instanceof Verdict.Invalid invalid) {
            boolean partNamed = parts > 1 || hasKeys;
            return new Judgement(
                    Judgement.Answer.INVALID,
                    what + ", not linearizable",
                    explain(calls, invalid, partNamed, facts),
                    facts);
        }
        if (verdict instanceof Verdict.Unknown unknown) {
            facts.put("why", unknown.why());
            return new Judgement(
                    Judgement.Answer.UNKNOWN,
                    what + ", " + unknown.why(),
                    List.of(
                            "This is no verdict: give it more time (--timeout), or judge it by key (--partition-by key)"),
                    facts);
        }
        return new Judgement(
                Judgement.Answer.VALID,
                what + ", linearizable",
                calls.isEmpty() ? List.of("No client did anything: there was nothing to judge") : List.of(),
                facts);
    }

    private static List<String> explain(
            List<Call> calls, Verdict.Invalid invalid, boolean partNamed, Map<String, Object> facts) {
        List<String> lines = new ArrayList<>();
        if (partNamed) {
            lines.add("key " + Values.show(invalid.part()));
            facts.put("part", Values.show(invalid.part()));
        }
        facts.put("anomaly", "not linearizable");
        facts.put("breaks-at", shown(calls, invalid.breaksAt()));
        facts.put("longest-linearizable-prefix", shown(calls, invalid.prefix()));
        facts.put("possible-states", invalid.states());
        facts.put("open-beside", shown(calls, invalid.beside()));
        lines.add("cannot be explained:  " + shown(calls, invalid.breaksAt()));
        lines.add("possible states before it:  " + states(invalid));
        if (!invalid.beside().isEmpty()) {
            lines.add("open beside it, and of no help:");
            invalid.beside().forEach(operation -> lines.add("  " + shown(calls, operation)));
        }
        int size = invalid.prefix().size();
        int left = Math.max(0, size - PREFIX_SHOWN_MAX);
        lines.add("longest linearizable prefix: " + size + " operations"
                + (left > 0
                        ? ", the last " + PREFIX_SHOWN_MAX + " in an order that works:"
                        : size > 0 ? ", in an order that works:" : ""));
        invalid.prefix().subList(left, size).forEach(operation -> lines.add("  " + shown(calls, operation)));
        return lines;
    }

    private static String states(Verdict.Invalid invalid) {
        boolean all = invalid.allStates() && invalid.states().size() <= STATES_SHOWN_MAX;
        return invalid.states().stream()
                        .limit(STATES_SHOWN_MAX)
                        .map(state ->
                                state.length() <= STATE_CHARS_MAX ? state : state.substring(0, STATE_CHARS_MAX) + "…")
                        .collect(Collectors.joining("  or  "))
                + (all ? "" : "  or  …");
    }

    private static List<String> shown(List<Call> calls, List<Operation<?, ?>> operations) {
        return operations.stream().map(operation -> shown(calls, operation)).toList();
    }

    private static String shown(List<Call> calls, Operation<?, ?> operation) {
        return calls.get(operation.id()).toString();
    }

    /** A model judged as a whole. */
    private record Unpartitioned<S, I, O>(Model<S, I, O> model) implements Model<S, I, O> {
        @Override
        public S initial() {
            return model.initial();
        }

        @Override
        public @Nullable S step(S state, I input, @Nullable O output) {
            return model.step(state, input, output);
        }

        @Override
        public boolean isObservation(I input, @Nullable O output) {
            return model.isObservation(input, output);
        }

        @Override
        public String describe(S state) {
            return model.describe(state);
        }
    }
}
