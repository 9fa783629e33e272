package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.MultiRegister;
import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code :txn [[:read :x 1] [:write :y 2]]}. */
final class MultiRegisterVocabulary implements Vocabulary<MultiRegister.Transaction, MultiRegister.Done> {

    static MultiRegister model(Settings settings) throws BadInput {
        Map<Object, Object> initial = new HashMap<>();
        if (settings.initial().isPresent()) {
            if (!(settings.initial().get() instanceof Map<?, ?> given)) {
                throw new BadInput(0, "--initial of a multi-register is a map such as {:x 0, :y 0}");
            }
            given.forEach((name, value) -> initial.put(Values.orNil(name), Values.orNil(value)));
        }
        return new MultiRegister(initial);
    }

    @Override
    public @Nullable Meaning<MultiRegister.Transaction, MultiRegister.Done> of(Call call, Convention convention)
            throws BadInput {
        if (!call.f().equals("txn") && !call.f().isEmpty()) {
            throw Vocabulary.unknownWord(call, "multi-register", ":txn");
        }
        List<MultiRegister.Step> steps = new ArrayList<>();
        Object value = call.isOk() ? call.written() : call.argument();
        if (!(value instanceof List<?> all)) {
            throw notATransaction(call, value);
        }
        for (Object step : all) {
            steps.add(step(call, step, convention));
        }
        var transaction = new MultiRegister.Transaction(steps);
        boolean failed = call.type() == Entry.Type.FAIL && convention == Convention.JEPSEN;
        return failed
                ? null
                : call.isOk()
                        ? new Meaning<>(transaction, new MultiRegister.Done(), Outcome.OK)
                        : new Meaning<>(transaction, null, Outcome.UNKNOWN);
    }

    private static MultiRegister.Step step(Call call, @Nullable Object step, Convention convention) throws BadInput {
        if (step instanceof List<?> triple && triple.size() == 3) {
            String f = Values.name(triple.get(0));
            Object register = Values.orNil(triple.get(1));
            Object value = triple.get(2);
            if ("read".equals(f) || "r".equals(f)) {
                return new MultiRegister.Read(
                        register, value == null && convention == Convention.PORCUPINE ? Values.NIL : value);
            }
            if ("write".equals(f) || "w".equals(f)) {
                return new MultiRegister.Write(register, Values.orNil(value));
            }
        }
        throw notATransaction(call, step);
    }

    private static BadInput notATransaction(Call call, @Nullable Object value) {
        return new BadInput(
                call.line(),
                "a transaction is a list of [:read register value] and [:write register value], not "
                        + Values.show(value));
    }
}
