package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Lock;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import org.jspecify.annotations.Nullable;

/** {@code :acquire} and {@code :release} (or {@code :lock}, {@code :unlock}); fenced, an acquire answers a number. */
record LockVocabulary(boolean fenced) implements Vocabulary<Lock.Input, Lock.Output> {

    @Override
    public @Nullable Meaning<Lock.Input, Lock.Output> of(Call call, Convention convention) throws BadInput {
        Object owner = Values.orNil(call.first().process());
        return switch (call.f()) {
            case "acquire", "lock" ->
                Vocabulary.condition(
                        call,
                        convention,
                        new Lock.Acquire(owner),
                        fenced ? token(call) : new Lock.Done(),
                        new Lock.Refused());
            case "release", "unlock" ->
                Vocabulary.condition(call, convention, new Lock.Release(owner), new Lock.Done(), new Lock.Refused());
            default -> throw Vocabulary.unknownWord(call, "lock", ":acquire and :release");
        };
    }

    private static Lock.Output token(Call call) throws BadInput {
        if (!call.isOk()) {
            return new Lock.Done();
        }
        Object token = Fields.in(call.answer(), "token");
        if (!((token == null ? call.answer() : token) instanceof Long number)) {
            throw new BadInput(
                    call.line(),
                    "an :acquire of a fenced lock answers its token, a number, not " + Values.show(call.answer()));
        }
        return new Lock.Token(number);
    }
}
