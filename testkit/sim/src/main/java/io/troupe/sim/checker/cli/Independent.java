package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import org.jspecify.annotations.Nullable;

/** Jepsen's independent histories: every value is a tuple {@code [key value]}, and each key is an object of its own. */
record Independent(Object key, Call call) {

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
        return new Entry(
                entry.line(),
                entry.process(),
                entry.type(),
                entry.f(),
                entry.key(),
                tuple == null ? entry.value() : tuple.get(1));
    }
}
