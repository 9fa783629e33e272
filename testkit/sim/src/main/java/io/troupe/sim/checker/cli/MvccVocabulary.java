package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Mvcc;
import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * etcd's words. Calls: {@code :put {:key "a" :value 1}}, {@code :get {:key "a"}}, {@code :delete {:key "a"}}, {@code :txn
 * {:compare [[:value "a" 1] [:mod-revision "b" 7]] :then [[:put "a" 2]] :else [[:get "a"]]}}. Answers, each part of which
 * may be left out: {@code {:revision 9, :value 1, :mod-revision 8, :succeeded true, :results [{…}]}}. A transaction whose
 * comparisons do not hold is an answer like any other: a failed compare-and-swap is an observation here.
 */
final class MvccVocabulary implements Vocabulary<Mvcc.Input, Mvcc.Output> {

    static Mvcc model(Settings settings) throws BadInput {
        Object first = settings.initial().orElse(1L);
        if (!(first instanceof Long revision)) {
            throw new BadInput(0, "--initial of mvcc is the revision of the empty store, a number");
        }
        return new Mvcc(revision);
    }

    @Override
    public @Nullable Meaning<Mvcc.Input, Mvcc.Output> of(Call call, Convention convention) throws BadInput {
        var input = input(call);
        if (input instanceof Mvcc.Get && !call.isOk()) {
            return null;
        }
        if (call.type() == Entry.Type.FAIL && convention == Convention.JEPSEN) {
            return null;
        }
        return call.isOk()
                ? new Meaning<>(input, output(call, call.answer()), Outcome.OK)
                : new Meaning<>(input, null, Outcome.UNKNOWN);
    }

    private static Mvcc.Input input(Call call) throws BadInput {
        Object argument = call.argument();
        return switch (call.f()) {
            case "put" -> new Mvcc.Put(key(call, argument), Values.orNil(Fields.in(argument, "value")));
            case "get" -> new Mvcc.Get(key(call, argument));
            case "delete" -> new Mvcc.Delete(key(call, argument));
            case "txn" ->
                new Mvcc.Txn(
                        compares(call, Fields.in(argument, "compare")),
                        branch(call, Fields.in(argument, "then")),
                        branch(call, Fields.in(argument, "else")));
            default -> throw Vocabulary.unknownWord(call, "mvcc", ":put, :get, :delete and :txn");
        };
    }

    private static String key(Call call, @Nullable Object argument) throws BadInput {
        Object key = call.key() == null ? Fields.in(argument, "key") : call.key();
        if (key == null) {
            throw new BadInput(
                    call.line(), "a :" + call.f() + " of mvcc has the value {:key …}, not " + Values.show(argument));
        }
        return Values.show(key);
    }

    private static List<Mvcc.Compare> compares(Call call, @Nullable Object written) throws BadInput {
        List<Mvcc.Compare> compares = new ArrayList<>();
        for (var triple : lists(call, written)) {
            String what = triple.size() == 3 ? Values.name(triple.get(0)) : null;
            String key = triple.size() == 3 ? Values.show(triple.get(1)) : "";
            if ("value".equals(what)) {
                compares.add(new Mvcc.ValueIs(key, Optional.ofNullable(triple.get(2))));
            } else if ("mod-revision".equals(what) && triple.get(2) instanceof Long revision) {
                compares.add(new Mvcc.RevisionIs(key, revision));
            } else {
                throw new BadInput(
                        call.line(),
                        "a comparison is [:value key value] or [:mod-revision key number], not " + Values.show(triple));
            }
        }
        return compares;
    }

    private static List<Mvcc.Input> branch(Call call, @Nullable Object written) throws BadInput {
        List<Mvcc.Input> operations = new ArrayList<>();
        for (var operation : lists(call, written)) {
            String what = operation.isEmpty() ? null : Values.name(operation.get(0));
            String key = operation.size() > 1 ? Values.show(operation.get(1)) : "";
            if ("put".equals(what) && operation.size() == 3) {
                operations.add(new Mvcc.Put(key, Values.orNil(operation.get(2))));
            } else if ("get".equals(what) && operation.size() == 2) {
                operations.add(new Mvcc.Get(key));
            } else if ("delete".equals(what) && operation.size() == 2) {
                operations.add(new Mvcc.Delete(key));
            } else {
                throw new BadInput(
                        call.line(),
                        "an operation of a :txn is [:put key value], [:get key] or" + " [:delete key], not "
                                + Values.show(operation));
            }
        }
        return operations;
    }

    private static List<List<?>> lists(Call call, @Nullable Object written) throws BadInput {
        List<List<?>> lists = new ArrayList<>();
        if (written == null) {
            return lists;
        }
        for (Object one : written instanceof List<?> all ? all : List.of(written)) {
            if (!(one instanceof List<?> list)) {
                throw new BadInput(call.line(), "a list was expected in a :txn, not " + Values.show(one));
            }
            lists.add(list);
        }
        return lists;
    }

    private static Mvcc.Output output(Call call, @Nullable Object answer) throws BadInput {
        List<Mvcc.Output> results = new ArrayList<>();
        if (Fields.in(answer, "results") instanceof List<?> all) {
            for (Object result : all) {
                results.add(output(call, result));
            }
        }
        return new Mvcc.Output(
                number(call, answer, "revision"),
                Fields.has(answer, "value") && !"put".equals(call.f())
                        ? Optional.of(Optional.ofNullable(Fields.in(answer, "value")))
                        : Optional.empty(),
                number(call, answer, "mod-revision"),
                Optional.ofNullable(Fields.in(answer, "succeeded")).map(Boolean.TRUE::equals),
                results);
    }

    private static Optional<Long> number(Call call, @Nullable Object answer, String name) throws BadInput {
        Object value = Fields.in(answer, name);
        if (value != null && !(value instanceof Long)) {
            throw new BadInput(call.line(), ":" + name + " is a number, not " + Values.show(value));
        }
        return Optional.ofNullable((Long) value);
    }
}
