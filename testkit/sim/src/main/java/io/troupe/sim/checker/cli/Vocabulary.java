package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words that clients of one object use. */
interface Vocabulary<I, O> {

    /** An operation in the terms of a model. */
    record Meaning<I, O>(I input, @Nullable O output, Outcome outcome) {}

    /** @return null when the call says nothing about the object: a read that failed, a write that did not happen */
    @Nullable Meaning<I, O> of(Call call, Convention convention) throws BadInput;

    /** A call whose answer is the observation: without an answer it says nothing. */
    static <I, O> @Nullable Meaning<I, O> observation(Call call, I input, O output) {
        return call.isOk() ? new Meaning<>(input, output, Outcome.OK) : null;
    }

    /** A call that changes the object and answers nothing new. */
    static <I, O> @Nullable Meaning<I, O> change(Call call, Convention convention, I input, O output) {
        return switch (call.type()) {
            case OK -> new Meaning<>(input, output, Outcome.OK);
            case FAIL -> convention == Convention.PORCUPINE ? new Meaning<>(input, null, Outcome.UNKNOWN) : null;
            default -> new Meaning<>(input, null, Outcome.UNKNOWN);
        };
    }

    /** A conditional change: that it failed is an observation by Porcupine's convention, nothing by Jepsen's. */
    static <I, O> @Nullable Meaning<I, O> condition(Call call, Convention convention, I input, O took, O failed) {
        return switch (call.type()) {
            case OK -> new Meaning<>(input, took, Outcome.OK);
            case FAIL -> convention == Convention.PORCUPINE ? new Meaning<>(input, failed, Outcome.OK) : null;
            default -> new Meaning<>(input, null, Outcome.UNKNOWN);
        };
    }

    static List<?> pair(Call call, @Nullable Object value, String what) throws BadInput {
        var pair = Values.pair(value);
        if (pair == null) {
            throw new BadInput(
                    call.line(), "the value of a :" + call.f() + " is " + what + ", not " + Values.show(value));
        }
        return pair;
    }

    static BadInput unknownWord(Call call, String model, String known) {
        String f = call.f().isEmpty() ? "an operation without :f" : ":" + call.f();
        return new BadInput(call.line(), "the " + model + " model does not know " + f + "; it knows " + known);
    }
}
