package io.troupe.sim.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.DiskConditions;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.junit.jupiter.api.Test;

/** Pekko's typed persistence on simulated disks, at home on one node, and in sharded entities that move. */
class PersistenceTest {

    private static final int SEEDS = 30;
    private static final int SHARDED_SEEDS = 10;

    /** What depositors know: asked for, and confirmed. */
    private static final class Depositor {
        private int asked;
        private int confirmed;
        private int seen;
    }

    private enum Tick {
        TICK
    }

    // ---- one node

    /** How many of the deposits under way at a crash were found afterwards, of how many. */
    private static final class Fates {
        private int unconfirmed;
        private int found;
    }

    private record Crashes(Fates fates) implements Story {
        @Override
        public String config() {
            return TestCluster.SERIALIZATION;
        }

        @Override
        public void tell(ClusterSimulation sim) {
            var known = new Depositor();
            var node = sim.node(
                    "n1",
                    any -> Behaviors.<Account.Command>setup(context -> {
                        TestCluster.join(any, context.getSystem());
                        var account = context.spawn(new Account("n1"), "account");
                        return Behaviors.receiveMessage(command -> {
                            account.tell(command);
                            return Behaviors.same();
                        });
                    }));
            node.disk(DiskConditions.good().withLatency(ofMillis(1), ofMillis(40)));
            var random = sim.random("story");
            for (int life = 0; life < 3; life++) {
                deposits(sim, node, known, 1 + random.nextInt(12));
                // One more, which the crash overtakes.
                known.asked++;
                node.ref().tell(new Account.Deposit(node.system().ignoreRef()));
                sim.runFor(ofMillis(random.nextInt(60)));
                node.crash();
                node.restart();
                int found = sim.<Account.Command, Account.Balance>ask(
                                node, node.ref(), Account.Show::new, ofSeconds(10))
                        .deposits();
                assertThat(found).as("deposits found").isBetween(known.confirmed, known.asked);
                fates.unconfirmed += known.asked - known.confirmed;
                fates.found += found - known.confirmed;
                known.asked = found;
                known.confirmed = found;
            }
        }

        private static void deposits(
                ClusterSimulation sim, ClusterNode<Account.Command> node, Depositor known, int count) {
            for (int i = 0; i < count; i++) {
                known.asked++;
                known.confirmed = sim.<Account.Command, Account.Balance>ask(
                                node, node.ref(), Account.Deposit::new, ofSeconds(10))
                        .deposits();
            }
        }
    }

    static Story crashes() {
        return new Crashes(new Fates());
    }

    @Test
    void whatWasConfirmedSurvivesACrashAndWhatWasNotSyncedMayBeGone() {
        var fates = new Fates();
        new Crashes(fates).run(SEEDS);
        assertThat(fates.found)
                .as("deposits that were synced and not yet confirmed")
                .isPositive();
        assertThat(fates.unconfirmed - fates.found).as("deposits that are gone").isPositive();
    }

    // ---- sharded

    private static final EntityTypeKey<Account.Command> ACCOUNT =
            EntityTypeKey.create(Account.Command.class, "account");

    /** Five nodes, each with a depositor at four accounts in a database that all share. */
    static final class Sharded implements Story {
        private final Map<String, Depositor> known = new TreeMap<>();
        private boolean depositing = true;

        @Override
        public String config() {
            return ShardingTest.config(
                    """
                    pekko.persistence.journal.plugin = troupe.sim.shared-journal
                    pekko.persistence.snapshot-store.plugin = troupe.sim.shared-snapshot-store
                    """);
        }

        private Behavior<Object> guardian(ClusterNodeContext node) {
            return Behaviors.setup(context -> {
                TestCluster.join(node, context.getSystem());
                var sharding = ClusterSharding.get(context.getSystem());
                sharding.init(Entity.of(ACCOUNT, entity -> new Account(entity.getEntityId())));
                return Behaviors.withTimers(timers -> {
                    timers.startTimerWithFixedDelay(Tick.TICK, ofMillis(2_000));
                    return Behaviors.receive(Object.class)
                            .onMessageEquals(Tick.TICK, () -> {
                                boolean deposits = depositing;
                                for (var id : known.keySet()) {
                                    known.get(id).asked += deposits ? 1 : 0;
                                    context.ask(
                                            Account.Balance.class,
                                            sharding.entityRefFor(ACCOUNT, id),
                                            ofSeconds(5),
                                            deposits ? Account.Deposit::new : Account.Show::new,
                                            (balance, failure) -> new Answer(
                                                    id, balance == null ? -1 : balance.deposits(), deposits));
                                }
                                return Behaviors.same();
                            })
                            .onMessage(Answer.class, answer -> {
                                var account = known.get(answer.id());
                                if (answer.balance() >= 0) {
                                    account.confirmed += answer.deposited() ? 1 : 0;
                                    account.seen = Math.max(account.seen, answer.balance());
                                }
                                return Behaviors.same();
                            })
                            .build();
                });
            });
        }

        private record Answer(String id, int balance, boolean deposited) {}

        @Override
        public void tell(ClusterSimulation sim) {
            known.clear();
            depositing = true;
            for (var id : new String[] {"a", "b", "c", "d"}) {
                known.put(id, new Depositor());
            }
            var nodes = sim.nodes(5, this::guardian);
            TestCluster.awaitFormed(sim, nodes);
            TestCluster.trouble(sim, nodes);
            depositing = false;
            sim.runFor(ofSeconds(10));
            known.values().forEach(account -> account.seen = 0);
            sim.runUntil(() -> known.values().stream().allMatch(account -> account.seen > 0), ofSeconds(60));
            known.forEach((id, account) -> assertThat(account.seen)
                    .as("deposits on account %s", id)
                    .isBetween(account.confirmed, account.asked));
        }
    }

    @Test
    void aShardedAccountKeepsEveryConfirmedDepositWhereverItMoves() {
        new Sharded().run(SHARDED_SEEDS);
    }
}
