package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.List;

/** The definition of linearizability, word by word: some order that keeps real time and that the object allows. */
final class BruteForce {

    private BruteForce() {}

    static <S, I, O> boolean isLinearizable(Model<S, I, O> model, History<I, O> history) {
        var happened = new ArrayList<>(history.operations());
        happened.removeIf(operation -> operation.outcome() == Outcome.FAIL);
        return someOrder(model, model.initial(), happened);
    }

    private static <S, I, O> boolean someOrder(Model<S, I, O> model, S state, List<Operation<I, O>> left) {
        if (left.stream().allMatch(operation -> operation.outcome() == Outcome.UNKNOWN)) {
            return true;
        }
        for (var next : left) {
            if (left.stream().anyMatch(other -> other.isBefore(next))) {
                continue;
            }
            S after = model.step(state, next.input(), next.output());
            if (after == null) {
                continue;
            }
            var rest = new ArrayList<>(left);
            rest.remove(next);
            if (someOrder(model, after, rest)) {
                return true;
            }
        }
        return false;
    }

    /** What one could have seen before {@code time}. */
    static <I, O> History<I, O> before(long time, History<I, O> history) {
        List<Operation<I, O>> seen = new ArrayList<>();
        for (var operation : history.operations()) {
            if (operation.returnedAt() < time) {
                seen.add(operation);
            } else if (operation.invokedAt() < time && operation.outcome() != Outcome.FAIL) {
                seen.add(new Operation<>(
                        operation.id(),
                        operation.process(),
                        operation.input(),
                        null,
                        Outcome.UNKNOWN,
                        operation.invokedAt(),
                        Operation.NEVER));
            }
        }
        return new History<>(seen);
    }
}
