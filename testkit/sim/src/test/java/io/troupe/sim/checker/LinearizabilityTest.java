package io.troupe.sim.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearizabilityTest {

    private static final Model<Optional<String>, Register.Input<String>, Register.Output<String>> REGISTER =
            Models.register();

    private long time;

    @Test
    void anEmptyHistoryIsLinearizable() {
        assertThat(Linearizability.check(REGISTER, new History<>(List.of()), Limits.none()))
                .isEqualTo(new Verdict.Valid(0));
    }

    @Test
    void aReadThatOverlapsAWriteMaySeeItOrNot() {
        for (var seen : List.of(Optional.<String>empty(), Optional.of("a"))) {
            assertThat(check(
                            new Operation<>(
                                    0, 0, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 0, 3),
                            new Operation<>(1, 1, new Register.Read<>(), new Register.Value<>(seen), Outcome.OK, 1, 2)))
                    .isInstanceOf(Verdict.Valid.class);
        }
    }

    @Test
    void aReadAfterAnAcknowledgedWriteMustSeeIt() {
        var write = write(0, "a");
        var stale = read(1, Optional.empty());
        assertThat(check(write, stale)).isInstanceOfSatisfying(Verdict.Invalid.class, invalid -> {
            assertThat(invalid.breaksAt().id()).isEqualTo(stale.id());
            assertThat(invalid.prefix()).hasSize(1);
            assertThat(invalid.state()).isEqualTo("a");
        });
    }

    @Test
    void twoReadsInTurnMustNotSeeAConcurrentWriteComeAndGo() {
        assertThat(check(
                        new Operation<>(0, 0, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 0, 9),
                        new Operation<>(
                                1, 1, new Register.Read<>(), new Register.Value<>(Optional.of("a")), Outcome.OK, 1, 2),
                        new Operation<>(
                                2, 1, new Register.Read<>(), new Register.Value<>(Optional.empty()), Outcome.OK, 3, 4)))
                .isInstanceOf(Verdict.Invalid.class);
    }

    @Test
    void aWriteOfUnknownOutcomeMayTakeEffectAtAnyLaterTimeOrNever() {
        var lost = new Operation<Register.Input<String>, Register.Output<String>>(
                0, 0, new Register.Write<>("a"), null, Outcome.UNKNOWN, 0, Operation.NEVER);
        time = 10;
        assertThat(check(lost, read(1, Optional.empty()), read(1, Optional.empty())))
                .isInstanceOf(Verdict.Valid.class);
        assertThat(check(lost, read(1, Optional.empty()), read(1, Optional.of("a"))))
                .isInstanceOf(Verdict.Valid.class);
        assertThat(check(lost, read(1, Optional.of("a")), read(1, Optional.empty())))
                .isInstanceOf(Verdict.Invalid.class);
    }

    @Test
    void aWriteThatFailedMustNotBeSeen() {
        var failed = new Operation<Register.Input<String>, Register.Output<String>>(
                0, 0, new Register.Write<>("a"), null, Outcome.FAIL, 0, 1);
        time = 10;
        assertThat(check(failed, read(1, Optional.of("a")))).isInstanceOf(Verdict.Invalid.class);
        assertThat(check(failed, read(1, Optional.empty()))).isInstanceOf(Verdict.Valid.class);
    }

    @Test
    void aWriteOfWhatIsThereAlreadyMayStillTakeEffectLater() {
        assertThat(check(
                        new Operation<>(0, 0, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 0, 1),
                        new Operation<>(1, 1, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 2, 9),
                        new Operation<>(2, 2, new Register.Write<>("b"), new Register.Written<>(), Outcome.OK, 3, 8),
                        new Operation<>(
                                3,
                                3,
                                new Register.Read<>(),
                                new Register.Value<>(Optional.of("b")),
                                Outcome.OK,
                                10,
                                11),
                        new Operation<>(
                                4,
                                4,
                                new Register.Read<>(),
                                new Register.Value<>(Optional.of("b")),
                                Outcome.OK,
                                12,
                                13)))
                .isInstanceOf(Verdict.Valid.class);
        assertThat(check(
                        new Operation<>(0, 0, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 0, 1),
                        new Operation<>(1, 1, new Register.Write<>("a"), new Register.Written<>(), Outcome.OK, 2, 9),
                        new Operation<>(2, 2, new Register.Write<>("b"), new Register.Written<>(), Outcome.OK, 3, 8),
                        new Operation<>(
                                3,
                                3,
                                new Register.Read<>(),
                                new Register.Value<>(Optional.of("a")),
                                Outcome.OK,
                                10,
                                11)))
                .isInstanceOf(Verdict.Valid.class);
    }

    @Test
    void aFailedCompareAndSetIsAnObservation() {
        assertThat(check(write(0, "a"), ok(1, new Register.CompareAndSet<>("a", "b"), new Register.Swapped<>(false))))
                .isInstanceOf(Verdict.Invalid.class);
        assertThat(check(write(0, "a"), ok(1, new Register.CompareAndSet<>("x", "b"), new Register.Swapped<>(false))))
                .isInstanceOf(Verdict.Valid.class);
    }

    /** The checker against trying every subset and every order. */
    @Test
    void smallRandomHistoriesGetTheVerdictOfBruteForce() {
        int valid = 0;
        int invalid = 0;
        for (int seed = 0; seed < 6000; seed++) {
            var history = anyHistory(new SplittableRandom(seed));
            boolean expected = BruteForce.isLinearizable(REGISTER, history);
            var verdict = Linearizability.check(REGISTER, history, Limits.none());
            assertThat(verdict.isValid())
                    .as("seed %d%n%s%s", seed, history, verdict)
                    .isEqualTo(expected);
            if (verdict instanceof Verdict.Invalid found) {
                invalid++;
                assertThatItBreaksThere(history, found);
            } else {
                valid++;
            }
        }
        assertThat(valid).isGreaterThan(500);
        assertThat(invalid).isGreaterThan(500);
    }

    private static void assertThatItBreaksThere(
            History<Register.Input<String>, Register.Output<String>> history, Verdict.Invalid found) {
        long cut = found.breaksAt().returnedAt();
        assertThat(BruteForce.isLinearizable(REGISTER, BruteForce.before(cut, history)))
                .as("the prefix before the break is linearizable")
                .isTrue();
        assertThat(BruteForce.isLinearizable(REGISTER, BruteForce.before(cut + 1, history)))
                .as("with the return where it breaks it is not")
                .isFalse();
    }

    @Test
    void historiesOfARealObjectAreValid() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var history = new RandomHistories(random).keyValue(200, 1 + random.nextInt(8), 1 + random.nextInt(4), 5);
            assertThat(Linearizability.check(Models.keyValue(), history, Limits.none()))
                    .as("seed %d", seed)
                    .isInstanceOf(Verdict.Valid.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameHistoriesWithOneAnomalyAreInvalid(Anomaly anomaly) {
        int injected = 0;
        for (int seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var history = new RandomHistories(random).keyValue(200, 1 + random.nextInt(8), 1 + random.nextInt(4), 5);
            var broken = anomaly.inject(history, random);
            if (broken.isPresent()) {
                injected++;
                assertThat(Linearizability.check(Models.keyValue(), broken.get(), Limits.none()))
                        .as("seed %d", seed)
                        .isInstanceOf(Verdict.Invalid.class);
            }
        }
        assertThat(injected).isGreaterThan(100);
    }

    @Test
    void anExhaustedBudgetIsUnknownAndNeverFine() {
        var history = new RandomHistories(new SplittableRandom(1)).keyValue(2000, 5, 3, 0);
        assertThat(Linearizability.check(Models.keyValue(), history, Limits.steps(100)))
                .isInstanceOfSatisfying(Verdict.Unknown.class, unknown -> assertThat(unknown.why())
                        .contains("100 steps"));
        long[] clock = {0};
        assertThat(Linearizability.check(
                        Models.keyValue(),
                        history,
                        Limits.within(Duration.ofSeconds(1)),
                        () -> clock[0] += Duration.ofSeconds(2).toNanos()))
                .isInstanceOfSatisfying(Verdict.Unknown.class, unknown -> assertThat(unknown.why())
                        .contains("PT1S"));
    }

    @Test
    void aHistoryOf170OperationsByFiveClientsTakesWellUnderASecond() {
        for (int seed = 0; seed < 20; seed++) {
            var history = new RandomHistories(new SplittableRandom(seed)).keyValue(170, 5, 1, 5);
            assertThat(Linearizability.check(Models.keyValue(), history, Limits.within(Duration.ofSeconds(1))))
                    .isInstanceOf(Verdict.Valid.class);
        }
    }

    @Test
    void aHundredThousandOperationsOverAThousandKeysTakeUnderThirtySeconds() {
        var history = new RandomHistories(new SplittableRandom(7)).keyValue(100_000, 20, 1_000, 1);
        assertThat(Linearizability.check(Models.keyValue(), history, Limits.within(Duration.ofSeconds(30))))
                .isInstanceOf(Verdict.Valid.class);
    }

    private static History<Register.Input<String>, Register.Output<String>> anyHistory(RandomGenerator random) {
        List<Operation<Register.Input<String>, Register.Output<String>>> operations = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (int id = 0; id < count; id++) {
            long invoked = 2L * random.nextInt(8);
            long returned = invoked + 1 + 2L * random.nextInt(5);
            String value = "v" + random.nextInt(2);
            String other = "v" + random.nextInt(2);
            Register.Input<String> input =
                    switch (random.nextInt(4)) {
                        case 0, 1 -> new Register.Read<>();
                        case 2 -> new Register.Write<>(value);
                        default -> new Register.CompareAndSet<>(value, other);
                    };
            Register.Output<String> output;
            if (input instanceof Register.Read<String>) {
                output = new Register.Value<>(random.nextInt(3) == 0 ? Optional.empty() : Optional.of(value));
            } else if (input instanceof Register.Write<String>) {
                output = new Register.Written<>();
            } else {
                output = new Register.Swapped<>(random.nextBoolean());
            }
            operations.add(
                    switch (random.nextInt(6)) {
                        case 0 -> new Operation<>(id, id, input, null, Outcome.UNKNOWN, invoked, Operation.NEVER);
                        case 1 -> new Operation<>(id, id, input, null, Outcome.FAIL, invoked, returned);
                        default -> new Operation<>(id, id, input, output, Outcome.OK, invoked, returned);
                    });
        }
        return new History<>(operations);
    }

    @SafeVarargs
    private static Verdict check(Operation<Register.Input<String>, Register.Output<String>>... operations) {
        return Linearizability.check(REGISTER, new History<>(List.of(operations)), Limits.none());
    }

    private Operation<Register.Input<String>, Register.Output<String>> write(int process, String value) {
        return ok(process, new Register.Write<>(value), new Register.Written<>());
    }

    private Operation<Register.Input<String>, Register.Output<String>> read(int process, Optional<String> value) {
        return ok(process, new Register.Read<>(), new Register.Value<>(value));
    }

    private Operation<Register.Input<String>, Register.Output<String>> ok(
            int process, Register.Input<String> input, Register.Output<String> output) {
        long invoked = time++;
        return new Operation<>((int) invoked, process, input, output, Outcome.OK, invoked, time++);
    }
}
