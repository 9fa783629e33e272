package io.troupe.sim.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Every model: small random histories get the verdict of trying every subset and every order. */
class ModelsTest {

    private static final int SEEDS = 2500;

    private record Did<I, O>(I input, O output) {}

    @Test
    void sets() {
        against(new GrowingSet<Integer>(), random -> switch (random.nextInt(4)) {
            case 0, 1 -> new Did<>(new GrowingSet.Add<>(random.nextInt(2)), new GrowingSet.Done<>());
            case 2 -> new Did<>(new GrowingSet.Remove<>(random.nextInt(2)), new GrowingSet.Done<>());
            default ->
                new Did<>(
                        new GrowingSet.Read<>(),
                        new GrowingSet.Elements<>(List.of(Set.<Integer>of(), Set.of(0), Set.of(1), Set.of(0, 1))
                                .get(random.nextInt(4))));
        });
    }

    @Test
    void queues() {
        for (var queue : List.of(Queue.<Integer>fifo(), Queue.<Integer>unordered())) {
            against(queue, random -> {
                if (random.nextInt(5) < 3) {
                    return new Did<>(new Queue.Enqueue<>(random.nextInt(3)), new Queue.Enqueued<>());
                }
                int taken = random.nextInt(4);
                return new Did<>(
                        new Queue.Dequeue<>(), new Queue.Taken<>(taken == 3 ? Optional.empty() : Optional.of(taken)));
            });
        }
    }

    @Test
    void locks() {
        for (var lock : List.of(Lock.mutex(), Lock.owned())) {
            against(lock, random -> {
                var owner = random.nextInt(2);
                var input = random.nextBoolean() ? new Lock.Acquire(owner) : new Lock.Release(owner);
                Lock.Output output =
                        switch (random.nextInt(4)) {
                            case 0 -> new Lock.Refused();
                            case 1 ->
                                input instanceof Lock.Acquire ? new Lock.Token(random.nextInt(4)) : new Lock.Done();
                            default -> new Lock.Done();
                        };
                return new Did<Lock.Input, Lock.Output>(input, output);
            });
        }
    }

    @Test
    void multiRegisters() {
        for (Map<Object, Object> initial : List.of(Map.<Object, Object>of(), Map.<Object, Object>of("x", 0, "y", 0))) {
            against(new MultiRegister(initial), random -> {
                List<MultiRegister.Step> steps = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(2); i++) {
                    String name = random.nextBoolean() ? "x" : "y";
                    steps.add(
                            random.nextBoolean()
                                    ? new MultiRegister.Read(name, random.nextInt(3))
                                    : new MultiRegister.Write(name, random.nextInt(3)));
                }
                return new Did<>(new MultiRegister.Transaction(steps), new MultiRegister.Done());
            });
        }
    }

    @Test
    void revisions() {
        against(new Mvcc(1), random -> {
            String key = random.nextBoolean() ? "a" : "b";
            Optional<Long> revision = random.nextBoolean() ? Optional.empty() : Optional.of(1L + random.nextInt(4));
            return switch (random.nextInt(4)) {
                case 0 -> new Did<Mvcc.Input, Mvcc.Output>(new Mvcc.Put(key, random.nextInt(2)), answer(revision));
                case 1 -> new Did<>(new Mvcc.Delete(key), answer(revision));
                case 2 ->
                    new Did<>(
                            new Mvcc.Get(key),
                            new Mvcc.Output(
                                    revision,
                                    Optional.of(
                                            random.nextBoolean() ? Optional.empty() : Optional.of(random.nextInt(2))),
                                    Optional.empty(),
                                    Optional.empty(),
                                    List.of()));
                default ->
                    new Did<>(
                            new Mvcc.Txn(
                                    List.of(new Mvcc.RevisionIs(key, random.nextInt(3))),
                                    List.of(new Mvcc.Put(key, 7)),
                                    List.of(new Mvcc.Get(key))),
                            new Mvcc.Output(
                                    revision,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.of(random.nextBoolean()),
                                    List.of()));
            };
        });
    }

    private static Mvcc.Output answer(Optional<Long> revision) {
        return new Mvcc.Output(revision, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    private static <S, I, O> void against(Model<S, I, O> model, Function<RandomGenerator, Did<I, O>> any) {
        int valid = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var history = anyHistory(new SplittableRandom(seed), any);
            boolean expected = BruteForce.isLinearizable(model, history);
            assertThat(Linearizability.check(model, history, Limits.none()).isValid())
                    .as("seed %d%n%s", seed, history)
                    .isEqualTo(expected);
            valid += expected ? 1 : 0;
        }
        assertThat(valid).as("histories of either kind").isBetween(SEEDS / 50, SEEDS - SEEDS / 50);
    }

    private static <I, O> History<I, O> anyHistory(RandomGenerator random, Function<RandomGenerator, Did<I, O>> any) {
        List<Operation<I, O>> operations = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (int id = 0; id < count; id++) {
            long invoked = 2L * random.nextInt(8);
            long returned = invoked + 1 + 2L * random.nextInt(5);
            var did = any.apply(random);
            operations.add(
                    switch (random.nextInt(6)) {
                        case 0 -> new Operation<>(id, id, did.input(), null, Outcome.UNKNOWN, invoked, Operation.NEVER);
                        case 1 -> new Operation<>(id, id, did.input(), null, Outcome.FAIL, invoked, returned);
                        default -> new Operation<>(id, id, did.input(), did.output(), Outcome.OK, invoked, returned);
                    });
        }
        return new History<>(operations);
    }
}
