package io.troupe.sim.checker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    /** How many possible states an invalid verdict names, and how long it looks for them. */
    private static final int STATES_SHOWN_MAX = 16;

    private static final Limits STATES = Limits.steps(200_000);

    /** What finding the place of the break may cost, when it is certain that there is one. */
    private static final Limits EXPLANATION = new Limits(5_000_000, Duration.ofSeconds(10));

    /** Parts take turns, each turn longer, so that a hard part does not hide what is wrong with an easy one. */
    private static final long FIRST_ROUND_STEPS = 1 << 18;

    private static final int ROUND_GROWTH = 8;

    private Linearizability() {}

    public static <S, I, O> Verdict check(Model<S, I, O> model, History<I, O> history, Limits limits) {
        return check(model, history, limits, System::nanoTime);
    }

    static <S, I, O> Verdict check(Model<S, I, O> model, History<I, O> history, Limits limits, LongSupplier nanoClock) {
        var budget = new Budget(limits, nanoClock);
        var undecided = new ArrayList<>(history.partition(model::partition).entrySet());
        long steps = FIRST_ROUND_STEPS;
        while (true) {
            List<Map.Entry<Object, History<I, O>>> hard = new ArrayList<>();
            for (var part : undecided) {
                var verdict = checkPart(model, part, budget.share(steps));
                if (verdict instanceof Verdict.Invalid) {
                    return verdict;
                }
                if (verdict instanceof Verdict.Unknown) {
                    hard.add(part);
                }
            }
            if (hard.isEmpty()) {
                return new Verdict.Valid(budget.spent());
            }
            if (budget.isSpent()) {
                return new Verdict.Unknown(hard.get(0).getKey(), budget.why());
            }
            undecided = new ArrayList<>(hard);
            steps *= ROUND_GROWTH;
        }
    }

    private static <S, I, O> Verdict checkPart(
            Model<S, I, O> model, Map.Entry<Object, History<I, O>> part, Budget budget) {
        var operations = happened(part.getValue());
        try {
            var search = new Search<>(model, operations, budget);
            return switch (search.run()) {
                case FOUND -> new Verdict.Valid(budget.spent());
                case OUT_OF_BUDGET -> new Verdict.Unknown(part.getKey(), budget.why());
                case NONE -> explain(model, part.getKey(), operations, search.furthestReturn());
            };
        } catch (OutOfMemoryError e) {
            budget.exhaust("no answer within the memory of this JVM");
            return new Verdict.Unknown(part.getKey(), budget.why());
        }
    }

    private static <I, O> List<Operation<I, O>> happened(History<I, O> history) {
        return history.operations().stream()
                .filter(operation -> operation.outcome() != Outcome.FAIL)
                .toList();
    }

    /**
     * Finds the first return that makes the history not linearizable (every prefix of a linearizable history is one, so
     * halving finds it) and orders what had returned before. When that takes too long, an earlier return is named:
     * the last that the search itself got to.
     */
    private static <S, I, O> Verdict explain(
            Model<S, I, O> model, Object part, List<Operation<I, O>> operations, Operation<I, O> stuckAt) {
        var budget = new Budget(EXPLANATION, System::nanoTime);
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
        var before = until(breaksAt.returnedAt(), operations);
        before.removeIf(operation -> operation.id() == breaksAt.id());
        var prefix = new Search<>(model, before, new Budget(EXPLANATION, System::nanoTime));
        boolean found = prefix.run() == Search.Result.FOUND;
        List<String> states = new ArrayList<>();
        boolean all = false;
        List<Operation<?, ?>> order = new ArrayList<>();
        if (found) {
            order.addAll(prefix.witness());
            states.add(model.describe(prefix.state()));
            all = prefix.otherStates(STATES_SHOWN_MAX, STATES, state -> states.add(model.describe(state)));
        } else {
            states.add("(not found in time)");
        }
        List<Operation<?, ?>> beside = new ArrayList<>();
        for (var operation : operations) {
            boolean isOpen =
                    operation.invokedAt() < breaksAt.returnedAt() && operation.returnedAt() > breaksAt.returnedAt();
            if (isOpen && order.stream().noneMatch(one -> one.id() == operation.id())) {
                beside.add(operation);
            }
        }
        return new Verdict.Invalid(part, order, breaksAt, beside, states, all);
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
