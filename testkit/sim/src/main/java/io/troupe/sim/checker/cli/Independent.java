package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jepsen's independent histories: every value is a tuple {@code [key value]}, and each key is an object of its own. */
record Independent(Object key, Call call) {

    /**
     * Whether a history is one of independent objects: it says so by a tag, or every value in it is a pair, and there is
     * something, such as a read, that is only ever asked as {@code [key nil]}.
     */
    static boolean isToldBy(List<Call> calls) {
        if (calls.stream().anyMatch(call -> Values.isIndependentTuple(call.argument()))) {
            return true;
        }
        Map<String, Boolean> asksByKeyAlone = new HashMap<>();
        for (var call : calls) {
            var argument = Values.pair(call.argument());
            if (argument == null || (call.isOk() && Values.pair(call.written()) == null)) {
                return false;
            }
            boolean byKeyAlone = argument.get(0) != null && argument.get(1) == null;
            asksByKeyAlone.merge(call.f(), byKeyAlone, Boolean::logicalAnd);
        }
        return asksByKeyAlone.containsValue(true);
    }

    static Independent of(Call call) throws BadInput {
        var tuple = Values.pair(call.argument());
        if (tuple == null && call.completion() != null) {
            tuple = Values.pair(call.completion().value());
        }
        if (tuple == null) {
            throw new BadInput(
                    call.line(),
                    "with --partition-by key, a value is a tuple [key value], not " + Values.show(call.argument()));
        }
        return new Independent(
                Values.orNil(tuple.get(0)),
                new Call(
                        call.id(),
                        call.process(),
                        inner(call.invocation()),
                        inner(call.completion()),
                        call.invokedAt(),
                        call.returnedAt()));
    }

    private static @Nullable Entry inner(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        var tuple = Values.pair(entry.value());
        return tuple == null ? entry : entry.withValue(tuple.get(1));
    }
}
