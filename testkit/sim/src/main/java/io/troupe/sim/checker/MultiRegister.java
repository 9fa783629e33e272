package io.troupe.sim.checker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registers by name that one operation reads and writes several of, at one instant (Knossos's {@code multi-register}). A
 * register without initial value may hold anything at first; the first read of it tells what.
 */
public final class MultiRegister implements Model<Map<Object, Object>, MultiRegister.Transaction, MultiRegister.Done> {

    public sealed interface Step permits Read, Write {
        Object register();
    }

    /** @param value what was found; null when that is not known */
    public record Read(Object register, @Nullable Object value) implements Step {}

    public record Write(Object register, Object value) implements Step {}

    /** Steps in order; a read sees the writes before it. */
    public record Transaction(List<Step> steps) {
        public Transaction {
            steps = List.copyOf(steps);
        }
    }

    /** It took place; what its reads found stands in them. */
    public record Done() {}

    private final Map<Object, Object> initial;

    public MultiRegister(Map<Object, Object> initial) {
        this.initial = Map.copyOf(initial);
    }

    @Override
    public Map<Object, Object> initial() {
        return initial;
    }

    @Override
    public boolean isObservation(Transaction transaction, @Nullable Done done) {
        return transaction.steps().stream().allMatch(Read.class::isInstance);
    }

    @Override
    public @Nullable Map<Object, Object> step(Map<Object, Object> state, Transaction transaction, @Nullable Done done) {
        Map<Object, Object> next = state;
        for (var step : transaction.steps()) {
            Object now = next.get(step.register());
            Object then = step instanceof Write write ? write.value() : done == null ? null : ((Read) step).value();
            if (then == null || then.equals(now)) {
                continue;
            }
            if (step instanceof Read && now != null) {
                return null;
            }
            next = next == state ? new HashMap<>(state) : next;
            next.put(step.register(), then);
        }
        return next;
    }
}
