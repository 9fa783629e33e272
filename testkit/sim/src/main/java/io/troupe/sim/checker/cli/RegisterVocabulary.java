package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Register;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code :read}, {@code :write v} and, where allowed, {@code :cas [old new]}. */
record RegisterVocabulary(boolean knowsCas) implements Vocabulary<Register.Input<Object>, Register.Output<Object>> {

    @Override
    public @Nullable Meaning<Register.Input<Object>, Register.Output<Object>> of(Call call, Convention convention)
            throws BadInput {
        return switch (call.f()) {
            case "read", "r", "get" ->
                call.answer() == null && convention == Convention.JEPSEN
                        ? null
                        : Vocabulary.observation(
                                call,
                                new Register.Read<>(),
                                new Register.Value<>(Optional.of(Values.orNil(call.answer()))));
            case "write", "w", "put" ->
                Vocabulary.change(
                        call, convention, new Register.Write<>(Values.orNil(call.written())), new Register.Written<>());
            case "cas" -> cas(call, convention);
            default -> throw unknown(call);
        };
    }

    private @Nullable Meaning<Register.Input<Object>, Register.Output<Object>> cas(Call call, Convention convention)
            throws BadInput {
        if (!knowsCas) {
            throw unknown(call);
        }
        var pair = Vocabulary.pair(call, call.argument() == null ? call.written() : call.argument(), "[old new]");
        return Vocabulary.condition(
                call,
                convention,
                new Register.CompareAndSet<>(Values.orNil(pair.get(0)), Values.orNil(pair.get(1))),
                new Register.Swapped<>(true),
                new Register.Swapped<>(false));
    }

    private BadInput unknown(Call call) {
        return knowsCas
                ? Vocabulary.unknownWord(call, "cas-register", ":read, :write and :cas")
                : Vocabulary.unknownWord(call, "register", ":read and :write");
    }
}
