package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Transactions.read;
import static io.troupe.sim.checker.isolation.Transactions.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.checker.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationTest {

    private static final Limits LONG = Limits.within(Duration.ofMinutes(5));

    private static IsolationVerdict judge(List<Txn> transactions, boolean lists) {
        return lists ? Isolation.listAppend(transactions, LONG) : Isolation.rwRegister(transactions, LONG);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void historiesOfASerialStoreShowNoAnomaly(boolean lists) {
        for (int seed = 0; seed < 150; seed++) {
            var random = new SplittableRandom(seed);
            var history = new SerialStore(random, lists).run(200, 1 + random.nextInt(12), 1 + random.nextInt(6), 10);
            var verdict = judge(history.all(), lists);
            assertThat(verdict.anomalies()).as("seed %d", seed).isEmpty();
            assertThat(verdict.remarks()).as("seed %d", seed).isEmpty();
            assertThat(verdict.strongestLeft()).containsExactly(IsolationLevel.STRICT_SERIALIZABLE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameHistoriesWithOneAnomalyAreFoundOutByItsName(ListAnomaly anomaly) {
        for (int seed = 0; seed < 25; seed++) {
            var random = new SplittableRandom(seed);
            var history = new SerialStore(random, true).run(100, 1 + random.nextInt(8), 1 + random.nextInt(6), 10);
            anomaly.inject(history);
            var verdict = judge(history.all(), true);
            assertThat(verdict.anomalies()).as("seed %d", seed).containsKey(anomaly.kind());
            for (var level : anomaly.kind().violated()) {
                assertThat(verdict.holds(level)).as("%s, seed %d", level, seed).contains(false);
            }
        }
    }

    /** Those that bring no second anomaly with them leave every level unharmed that allows them. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "G0",
                "ABORTED_READ",
                "CIRCULAR_INFORMATION_FLOW",
                "READ_SKEW",
                "TWO_SKEWS_APART",
                "WRITE_SKEW",
                "OWN_WRITE_NOT_READ",
                "STALE_READ",
                "WRITES_BACK_IN_TIME",
                "SKEW_IN_TIME"
            })
    void anAnomalyViolatesTheLevelsThatForbidItAndNoOther(ListAnomaly anomaly) {
        var history = new SerialStore(new SplittableRandom(3), true).run(100, 5, 4, 10);
        anomaly.inject(history);
        var verdict = judge(history.all(), true);
        assertThat(verdict.anomalies()).containsOnlyKeys(anomaly.kind());
        assertThat(verdict.violated()).isEqualTo(anomaly.kind().violated());
    }

    @Test
    void theLevelsThatAnomaliesLeaveAreAdyas() {
        assertThat(AnomalyKind.G0.violated()).isEqualTo(EnumSet.allOf(IsolationLevel.class));
        assertThat(left(AnomalyKind.G1C)).containsExactly(IsolationLevel.READ_UNCOMMITTED);
        assertThat(left(AnomalyKind.G_SINGLE)).containsExactly(IsolationLevel.READ_COMMITTED);
        assertThat(left(AnomalyKind.G2_ITEM)).containsExactly(IsolationLevel.SNAPSHOT_ISOLATION);
        assertThat(left(AnomalyKind.G_SINGLE_PROCESS)).containsExactly(IsolationLevel.SERIALIZABLE);
        assertThat(left(AnomalyKind.G_SINGLE_REALTIME)).containsExactly(IsolationLevel.STRONG_SESSION_SERIALIZABLE);
    }

    private static EnumSet<IsolationLevel> left(AnomalyKind kind) {
        return EnumSet.copyOf(IsolationLevel.strongest(EnumSet.complementOf(EnumSet.copyOf(kind.violated()))));
    }

    @Test
    void theShortestCycleOfAKindIsToldInWords() {
        var history = new Transactions()
                .atOnce(
                        List.of(write("x", 1), read("y", List.of(1))),
                        List.of(write("x", 2), write("y", 1)),
                        List.of(read("x", List.of(1, 2))));
        var g1c = judge(history.all(), true).anomalies().get(AnomalyKind.G1C);
        assertThat(g1c).singleElement().satisfies(anomaly -> {
            assertThat(anomaly.transactions()).hasSize(2);
            assertThat(String.join("\n", anomaly.explanation()))
                    .contains("observed")
                    .contains("'s append of 1 to \"y\"")
                    .contains("appended 2 after")
                    .endsWith(": a contradiction");
        });
    }

    @Test
    void whatALostTransactionWroteMayBeReadOrNot() {
        for (var seen : List.of(List.of(), List.of(1))) {
            var history = new Transactions();
            history.add(0, Txn.Status.UNKNOWN, history.tick(), Long.MAX_VALUE, List.of(write("x", 1), read("y", null)));
            history.inTurn(List.of(read("x", seen)), List.of(read("x", seen)));
            assertThat(judge(history.all(), true).anomalies()).isEmpty();
        }
        var history = new Transactions();
        history.add(0, Txn.Status.UNKNOWN, history.tick(), Long.MAX_VALUE, List.of(write("x", 1)));
        history.inTurn(List.of(read("x", List.of(1))), List.of(read("x", List.of())));
        assertThat(judge(history.all(), true).anomalies()).containsOnlyKeys(AnomalyKind.G_SINGLE_REALTIME);
    }

    @Test
    void writtenTwiceIsNotDecided() {
        var verdict = judge(
                new Transactions()
                        .inTurn(List.of(write("x", 1)), List.of(write("x", 1)))
                        .all(),
                true);
        assertThat(verdict.holds(IsolationLevel.READ_UNCOMMITTED)).isEmpty();
        assertThat(verdict.undecided().orElseThrow()).contains("the same value is written twice");
    }

    /** With a last transaction that reads everything, every version order is known, and cycles are all there is. */
    @Test
    void smallListHistoriesGetTheVerdictOfTryingAllOrders() {
        int serializable = 0;
        int strict = 0;
        for (int seed = 0; seed < 6000; seed++) {
            var history = anyLists(new SplittableRandom(seed)).all();
            var verdict = judge(history, true);
            boolean ser = SerialOrders.exists(history, true, false);
            boolean inTime = SerialOrders.exists(history, true, true);
            assertThat(verdict.holds(IsolationLevel.SERIALIZABLE))
                    .as("seed %d%n%s%n%s", seed, history, verdict)
                    .contains(ser);
            assertThat(verdict.holds(IsolationLevel.STRICT_SERIALIZABLE))
                    .as("seed %d%n%s%n%s", seed, history, verdict)
                    .contains(inTime);
            serializable += ser ? 1 : 0;
            strict += inTime ? 1 : 0;
        }
        assertThat(serializable).isBetween(500, 5500);
        assertThat(strict).isBetween(100, serializable - 100);
    }

    /** Registers hide more: what is found is wrong, but not all that is wrong is found. */
    @Test
    void noRegisterHistoryWithASerialOrderIsAccused() {
        int accused = 0;
        for (int seed = 0; seed < 6000; seed++) {
            var history = anyRegisters(new SplittableRandom(seed)).all();
            var verdict = judge(history, false);
            if (SerialOrders.exists(history, false, false)) {
                assertThat(verdict.holds(IsolationLevel.SERIALIZABLE))
                        .as("seed %d%n%s%n%s", seed, history, verdict)
                        .contains(true);
                if (SerialOrders.exists(history, false, true)) {
                    assertThat(verdict.anomalies())
                            .as("seed %d%n%s", seed, history)
                            .isEmpty();
                }
            } else if (verdict.violated().contains(IsolationLevel.SERIALIZABLE)) {
                accused++;
            }
        }
        assertThat(accused).isGreaterThan(1000);
    }

    @Test
    void aStaleReadOfARegisterIsOneInRealTimeAlone() {
        var history = new Transactions().inTurn(List.of(write("x", 1)), List.of(write("x", 2)), List.of(read("x", 1)));
        var verdict = judge(history.all(), false);
        assertThat(verdict.anomalies()).containsOnlyKeys(AnomalyKind.G_SINGLE_REALTIME);
        assertThat(verdict.holds(IsolationLevel.STRONG_SESSION_SERIALIZABLE)).contains(true);
    }

    @Test
    void registersShowTheAnomaliesOfTheirOrders() {
        assertThat(judge(
                                new Transactions()
                                        .atOnce(
                                                List.of(read("x", null), write("x", 1)),
                                                List.of(read("x", null), write("x", 2)))
                                        .all(),
                                false)
                        .anomalies())
                .containsKey(AnomalyKind.LOST_UPDATE);
        assertThat(judge(
                                new Transactions()
                                        .atOnce(
                                                List.of(read("x", null), write("y", 1)),
                                                List.of(read("y", null), write("x", 1)))
                                        .all(),
                                false)
                        .anomalies())
                .containsOnlyKeys(AnomalyKind.G2_ITEM);
        assertThat(judge(
                                new Transactions()
                                        .atOnce(
                                                List.of(write("x", 1), write("y", 1)),
                                                List.of(read("x", 1), read("y", null)))
                                        .all(),
                                false)
                        .anomalies())
                .containsOnlyKeys(AnomalyKind.G_SINGLE);
        assertThat(judge(
                                new Transactions()
                                        .atOnce(List.of(write("x", 1), write("x", 2)), List.of(read("x", 1)))
                                        .all(),
                                false)
                        .anomalies())
                .containsKey(AnomalyKind.G1B);
        assertThat(judge(
                                new Transactions()
                                        .aborted(List.of(write("x", 1)))
                                        .atOnce(List.of(read("x", 1)))
                                        .all(),
                                false)
                        .anomalies())
                .containsOnlyKeys(AnomalyKind.G1A);
        assertThat(judge(
                                new Transactions()
                                        .atOnce(List.of(write("x", 1), read("x", 2)), List.of(write("x", 2)))
                                        .all(),
                                false)
                        .anomalies())
                .containsKey(AnomalyKind.INTERNAL);
        assertThat(judge(
                                new Transactions()
                                        .atOnce(
                                                List.of(write("x", 1), read("y", 1)),
                                                List.of(write("y", 1), read("x", 1)))
                                        .all(),
                                false)
                        .anomalies())
                .containsOnlyKeys(AnomalyKind.G1C);
    }

    @Test
    void whoReadAValueFromBeforeTheHistoryAndWroteAnotherWroteItLater() {
        var history = new Transactions()
                .atOnce(
                        List.of(read("y", "old"), write("x", 1), write("y", "new")),
                        List.of(read("x", 1), read("y", "old")));
        assertThat(judge(history.all(), false).anomalies()).containsOnlyKeys(AnomalyKind.G_SINGLE);
    }

    @Test
    void aLimitThatIsReachedLeavesItUndecided() {
        var history = new SerialStore(new SplittableRandom(1), true).run(2000, 10, 5, 50);
        var verdict = Isolation.listAppend(history.all(), Limits.within(Duration.ofNanos(1)));
        assertThat(verdict.holds(IsolationLevel.STRICT_SERIALIZABLE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 2000})
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aHundredThousandTransactionsAreJudgedHoweverManyRunAtOnce(int clients) {
        var history = new SerialStore(new SplittableRandom(clients), true).run(100_000, clients, 10, 100);
        STALE.inject(history);
        assertThat(judge(history.all(), true).anomalies()).containsOnlyKeys(AnomalyKind.G_SINGLE_REALTIME);
    }

    private static final ListAnomaly STALE = ListAnomaly.STALE_READ;

    private static Transactions anyLists(RandomGenerator random) {
        var history = new Transactions();
        int count = 2 + random.nextInt(3);
        var writes = new ArrayList<List<Long>>(List.of(new ArrayList<>(), new ArrayList<>()));
        List<List<Txn.MicroOp>> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Txn.MicroOp> ops = new ArrayList<>();
            for (int op = 0; op < 1 + random.nextInt(3); op++) {
                int key = random.nextInt(2);
                if (random.nextBoolean()) {
                    long value = writes.get(key).size() + 1L;
                    writes.get(key).add(value);
                    ops.add(write(key, value));
                } else {
                    ops.add(read(key, null));
                }
            }
            bodies.add(ops);
        }
        writes.forEach(order -> {
            for (int i = order.size() - 1; i > 0; i--) {
                java.util.Collections.swap(order, i, random.nextInt(i + 1));
            }
        });
        for (int i = 0; i < count; i++) {
            List<Txn.MicroOp> ops = new ArrayList<>();
            for (var op : bodies.get(i)) {
                var order = writes.get((int) op.key());
                ops.add(
                        op instanceof Txn.Read
                                ? read(op.key(), List.copyOf(order.subList(0, random.nextInt(order.size() + 1))))
                                : op);
            }
            long invoked = random.nextInt(20);
            history.add(i, Txn.Status.COMMITTED, 2 * invoked, 2 * (invoked + random.nextInt(10)) + 1, ops);
        }
        history.add(
                count,
                Txn.Status.COMMITTED,
                100,
                101,
                List.of(read(0, List.copyOf(writes.get(0))), read(1, List.copyOf(writes.get(1)))));
        return history;
    }

    private static Transactions anyRegisters(RandomGenerator random) {
        var history = new Transactions();
        int count = 2 + random.nextInt(4);
        long[] written = {0, 0};
        for (int i = 0; i < count; i++) {
            List<Txn.MicroOp> ops = new ArrayList<>();
            for (int op = 0; op < 1 + random.nextInt(3); op++) {
                int key = random.nextInt(2);
                if (random.nextBoolean()) {
                    ops.add(write(key, ++written[key]));
                } else {
                    long value = random.nextInt(4);
                    ops.add(read(key, value == 0 ? null : value));
                }
            }
            long invoked = random.nextInt(20);
            history.add(i, Txn.Status.COMMITTED, 2 * invoked, 2 * (invoked + random.nextInt(10)) + 1, ops);
        }
        return history;
    }
}
