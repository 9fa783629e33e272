package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decides whether a history is linearizable with respect to a model.
 *
 * <p>The search is Wing and Gong's (<em>Testing and verifying concurrent objects</em>, JPDC 1993) with Lowe's memory of
 * configurations already seen (<em>Testing for linearizability</em>, CCPE 2017), part by part (Horn &amp; Kroening,
 * <em>Faster linearizability checking via P-compositionality</em>, FORTE 2015). Operations that failed did not happen;
 * operations of unknown outcome may take effect at any time after their invocation, or never.
 */
public final class Linearizability {

    private Linearizability() {}

    public static <S, I, O> Verdict check(Model<S, I, O> model, History<I, O> history, Limits limits) {
        return check(model, history, limits, System::nanoTime);
    }

    static <S, I, O> Verdict check(Model<S, I, O> model, History<I, O> history, Limits limits, LongSupplier nanoClock) {
        var budget = new Budget(limits, nanoClock);
        Optional<Verdict> undecided = Optional.empty();
        for (var part : history.partition(model::partition).entrySet()) {
            var verdict = checkPart(model, part, budget);
            if (verdict instanceof Verdict.Invalid) {
                return verdict;
            }
            if (verdict instanceof Verdict.Unknown && undecided.isEmpty()) {
                undecided = Optional.of(verdict);
            }
        }
        return undecided.orElseGet(() -> new Verdict.Valid(budget.spent()));
    }

    private static <S, I, O> Verdict checkPart(
            Model<S, I, O> model, Map.Entry<Object, History<I, O>> part, Budget budget) {
        var operations = happened(part.getValue());
        var search = new Search<>(model, operations, budget);
        return switch (search.run()) {
            case FOUND -> new Verdict.Valid(budget.spent());
            case OUT_OF_BUDGET -> new Verdict.Unknown(part.getKey(), budget.why());
            case NONE -> explain(model, part.getKey(), operations, search.furthestReturn(), budget);
        };
    }

    private static <I, O> List<Operation<I, O>> happened(History<I, O> history) {
        return history.operations().stream()
                .filter(operation -> operation.outcome() != Outcome.FAIL)
                .toList();
    }

    /**
     * Finds the first return that makes the history not linearizable (every prefix of a linearizable history is one, so
     * halving finds it) and orders what had returned before. When the budget ends first, an earlier return is named:
     * the last that the search itself got to.
     */
    private static <S, I, O> Verdict explain(
            Model<S, I, O> model,
            Object part,
            List<Operation<I, O>> operations,
            Operation<I, O> stuckAt,
            Budget budget) {
        var returns = operations.stream()
                .filter(operation -> operation.outcome() == Outcome.OK)
                .sorted(Comparator.comparingLong(Operation::returnedAt))
                .toList();
        int breaks = returns.indexOf(stuckAt);
        int surelyBroken = returns.size() - 1;
        while (breaks < surelyBroken) {
            int middle = (breaks + surelyBroken) >>> 1;
            var result = new Search<>(model, until(returns.get(middle).returnedAt() + 1, operations), budget).run();
            if (result == Search.Result.FOUND) {
                breaks = middle + 1;
            } else if (result == Search.Result.NONE) {
                surelyBroken = middle;
            } else {
                break;
            }
        }
        var breaksAt = returns.get(breaks);
        var prefix = new Search<>(
                model, until(breaksAt.returnedAt(), operations), new Budget(Limits.none(), System::nanoTime));
        prefix.run();
        List<Operation<?, ?>> beside = new ArrayList<>();
        for (var operation : operations) {
            boolean isOpen =
                    operation.invokedAt() < breaksAt.returnedAt() && operation.returnedAt() > breaksAt.returnedAt();
            if (isOpen) {
                beside.add(operation);
            }
        }
        return new Verdict.Invalid(
                part, new ArrayList<>(prefix.witness()), breaksAt, beside, model.describe(prefix.state()));
    }

    /** What one could have seen before {@code time}: an operation that returns later is still open. */
    private static <I, O> List<Operation<I, O>> until(long time, List<Operation<I, O>> operations) {
        List<Operation<I, O>> prefix = new ArrayList<>();
        for (var operation : operations) {
            if (operation.returnedAt() < time) {
                prefix.add(operation);
            } else if (operation.invokedAt() < time) {
                prefix.add(stillOpen(operation));
            }
        }
        return prefix;
    }

    private static <I, O> Operation<I, O> stillOpen(Operation<I, O> operation) {
        return new Operation<>(
                operation.id(),
                operation.process(),
                operation.input(),
                null,
                Outcome.UNKNOWN,
                operation.invokedAt(),
                Operation.NEVER);
    }
}
