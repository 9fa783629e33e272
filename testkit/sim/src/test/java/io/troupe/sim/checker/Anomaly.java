package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Ways to break a valid key-value history whose written values are all different, for sure and in one place. */
enum Anomaly {
    /** A get answers a value that was overwritten before the get began. */
    STALE_READ {
        @Override
        Optional<Operation<KeyValue.Input, KeyValue.Output>> spoil(
                Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
            return overwrittenBefore(get, all)
                    .map(old -> answered(get, get.input(), new KeyValue.Value(Optional.of(old))));
        }
    },
    /** A get does not see the put that was acknowledged before it began, although nobody deletes the key. */
    LOST_WRITE {
        @Override
        Optional<Operation<KeyValue.Input, KeyValue.Output>> spoil(
                Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
            boolean everDeleted = all.stream()
                    .anyMatch(other -> other.input() instanceof KeyValue.Delete
                            && other.input().key().equals(get.input().key())
                            && !get.isBefore(other));
            return !everDeleted && wasPutBefore(get, all)
                    ? Optional.of(answered(get, get.input(), new KeyValue.Value(Optional.empty())))
                    : Optional.empty();
        }
    },
    /** A get answers a value that nobody wrote. */
    PHANTOM_VALUE {
        @Override
        Optional<Operation<KeyValue.Input, KeyValue.Output>> spoil(
                Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
            return Optional.of(answered(get, get.input(), new KeyValue.Value(Optional.of("nobody's"))));
        }
    },
    /** A compare-and-swap succeeds on a value that was overwritten before it began. */
    REORDERED_CAS {
        @Override
        Optional<Operation<KeyValue.Input, KeyValue.Output>> spoil(
                Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
            return overwrittenBefore(get, all)
                    .map(old -> answered(
                            get,
                            new KeyValue.Cas(get.input().key(), Optional.of(old), "swapped"),
                            new KeyValue.Swapped(true)));
        }
    };

    /** @param get an answered get */
    abstract Optional<Operation<KeyValue.Input, KeyValue.Output>> spoil(
            Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all);

    Optional<History<KeyValue.Input, KeyValue.Output>> inject(
            History<KeyValue.Input, KeyValue.Output> history, RandomGenerator random) {
        var all = history.operations();
        int start = random.nextInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            int at = (start + i) % all.size();
            var victim = all.get(at);
            if (victim.outcome() == Outcome.OK && victim.input() instanceof KeyValue.Get) {
                var spoiled = spoil(victim, all);
                if (spoiled.isPresent()) {
                    var broken = new ArrayList<>(all);
                    broken.set(at, spoiled.get());
                    return Optional.of(new History<>(broken));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> overwrittenBefore(
            Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
        for (var first : all) {
            for (var second : all) {
                if (isPut(first)
                        && isPut(second)
                        && first.input().key().equals(get.input().key())
                        && second.input().key().equals(get.input().key())
                        && first.isBefore(second)
                        && second.isBefore(get)) {
                    return Optional.of(((KeyValue.Put) first.input()).value());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPut(Operation<KeyValue.Input, KeyValue.Output> operation) {
        return operation.outcome() == Outcome.OK && operation.input() instanceof KeyValue.Put;
    }

    private static boolean wasPutBefore(
            Operation<KeyValue.Input, KeyValue.Output> get, List<Operation<KeyValue.Input, KeyValue.Output>> all) {
        return all.stream()
                .anyMatch(other ->
                        isPut(other) && other.input().key().equals(get.input().key()) && other.isBefore(get));
    }

    private static Operation<KeyValue.Input, KeyValue.Output> answered(
            Operation<KeyValue.Input, KeyValue.Output> operation, KeyValue.Input input, KeyValue.Output output) {
        return new Operation<>(
                operation.id(),
                operation.process(),
                input,
                output,
                Outcome.OK,
                operation.invokedAt(),
                operation.returnedAt());
    }
}
