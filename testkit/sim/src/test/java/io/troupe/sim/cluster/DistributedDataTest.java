package io.troupe.sim.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ddata.GCounter;
import org.apache.pekko.cluster.ddata.GCounterKey;
import org.apache.pekko.cluster.ddata.Key;
import org.apache.pekko.cluster.ddata.ORSet;
import org.apache.pekko.cluster.ddata.ORSetKey;
import org.apache.pekko.cluster.ddata.ReplicatedData;
import org.apache.pekko.cluster.ddata.SelfUniqueAddress;
import org.apache.pekko.cluster.ddata.typed.javadsl.DistributedData;
import org.apache.pekko.cluster.ddata.typed.javadsl.Replicator;
import org.apache.pekko.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import org.junit.jupiter.api.Test;

/** Pekko's distributed data: what a majority has acknowledged is still there when partitions and crashes are over. */
class DistributedDataTest {

    private static final int SEEDS = 10;
    private static final int MAJORITY = 3;
    private static final Duration PATIENCE = ofSeconds(2);
    private static final Duration CONVERGED = ofSeconds(30);

    private sealed interface Command {
        record Write() implements Command {}

        record Read() implements Command {}

        record Wrote(String name, boolean byMajority) implements Command {}

        record Got(boolean counts, Set<String> acknowledgedBefore, Replicator.GetResponse<?> answer)
                implements Command {}

        record Changed(Replicator.SubscribeResponse<?> answer) implements Command {}
    }

    /** A kind of data with writers on every node: what they know of their writes, and what each node holds. */
    private abstract static class Shared<D extends ReplicatedData> {
        private final Key<D> key;
        private final D empty;
        final Set<String> attempted = new TreeSet<>();
        final Set<String> acknowledged = new TreeSet<>();
        final Map<String, Set<String>> acknowledgedBy = new TreeMap<>();
        final Map<String, D> held = new TreeMap<>();
        boolean writing;
        boolean undisturbed;
        int reads;
        int stale;

        Shared(Key<D> key, D empty) {
            this.key = key;
            this.empty = empty;
        }

        abstract D written(D before, SelfUniqueAddress by, String name);

        abstract boolean holds(D data, Set<String> names);

        Behavior<Command> writer(ClusterNodeContext node) {
            return Behaviors.setup(context -> DistributedData.withReplicatorMessageAdapter(
                    (ReplicatorMessageAdapter<Command, D> replicator) -> Behaviors.withTimers(timers -> {
                        replicator.subscribe(key, Command.Changed::new);
                        timers.startTimerWithFixedDelay(new Command.Write(), ofMillis(2_300));
                        timers.startTimerWithFixedDelay(new Command.Read(), ofMillis(3_100));
                        return running(node, context, replicator);
                    })));
        }

        private Behavior<Command> running(
                ClusterNodeContext node,
                ActorContext<Command> context,
                ReplicatorMessageAdapter<Command, D> replicator) {
            var self = DistributedData.get(context.getSystem()).selfUniqueAddress();
            return Behaviors.receive(Command.class)
                    .onMessage(Command.Write.class, write -> {
                        if (writing) {
                            write(self, replicator);
                        }
                        return Behaviors.same();
                    })
                    .onMessage(Command.Wrote.class, wrote -> {
                        if (wrote.byMajority()) {
                            acknowledged.add(wrote.name());
                            acknowledgedBy
                                    .computeIfAbsent(node.name(), any -> new TreeSet<>())
                                    .add(wrote.name());
                        }
                        return Behaviors.same();
                    })
                    .onMessage(Command.Read.class, read -> {
                        boolean counts = undisturbed;
                        var before = Set.copyOf(acknowledged);
                        replicator.askGet(
                                replyTo -> new Replicator.Get<>(
                                        key, new Replicator.ReadMajority(PATIENCE, MAJORITY), replyTo),
                                answer -> new Command.Got(counts, before, answer));
                        return Behaviors.same();
                    })
                    .onMessage(Command.Got.class, got -> {
                        if (got.answer() instanceof Replicator.GetSuccess<?> read && got.counts() && undisturbed) {
                            reads++;
                            stale += holds(read.get(key), got.acknowledgedBefore()) ? 0 : 1;
                        }
                        return Behaviors.same();
                    })
                    .onMessage(Command.Changed.class, changed -> {
                        if (changed.answer() instanceof Replicator.Changed<?> now) {
                            held.put(node.name(), now.get(key));
                        }
                        return Behaviors.same();
                    })
                    .build();
        }

        private void write(SelfUniqueAddress self, ReplicatorMessageAdapter<Command, D> replicator) {
            var name = "w%04d".formatted(attempted.size());
            attempted.add(name);
            replicator.askUpdate(
                    replyTo -> new Replicator.Update<>(
                            key,
                            empty,
                            new Replicator.WriteMajority(PATIENCE, MAJORITY),
                            replyTo,
                            before -> written(before, self, name)),
                    answer -> new Command.Wrote(name, answer instanceof Replicator.UpdateSuccess));
        }

        void start() {
            writing = true;
            undisturbed = true;
        }

        boolean isEverywhere() {
            var one = held.get("n1");
            return held.size() == 5 && held.values().stream().allMatch(one::equals) && holds(one, acknowledged);
        }
    }

    private static final class Names extends Shared<ORSet<String>> {
        private Names() {
            super(ORSetKey.create("names"), ORSet.empty());
        }

        @Override
        ORSet<String> written(ORSet<String> before, SelfUniqueAddress by, String name) {
            return before.add(by, name);
        }

        @Override
        boolean holds(ORSet<String> data, Set<String> names) {
            return data.getElements().containsAll(names);
        }
    }

    private static final class Count extends Shared<GCounter> {
        private Count() {
            super(GCounterKey.create("count"), GCounter.empty());
        }

        @Override
        GCounter written(GCounter before, SelfUniqueAddress by, String name) {
            return before.increment(by, 1);
        }

        @Override
        boolean holds(GCounter data, Set<String> names) {
            return data.getValue().intValue() >= names.size();
        }
    }

    static final class Kept implements Story {
        @Override
        public String config() {
            return TestCluster.majorityStays();
        }

        @Override
        public void tell(ClusterSimulation sim) {
            var names = new Names();
            var count = new Count();
            var nodes = sim.nodes(
                    5,
                    node -> Behaviors.<Void>setup(context -> {
                        TestCluster.join(node, context.getSystem());
                        context.spawn(names.writer(node), "names");
                        context.spawn(count.writer(node), "count");
                        return Behaviors.empty();
                    }));
            TestCluster.awaitFormed(sim, nodes);
            // Not before: of a cluster of one, one is a majority.
            names.start();
            count.start();
            sim.runFor(ofSeconds(10));
            assertThat(names.reads).as("reads by a majority").isPositive();
            names.undisturbed = false;
            count.undisturbed = false;

            sim.partition(Set.of("n1", "n2"), TestCluster.others("n1", "n2"));
            sim.runFor(ofSeconds(1));
            names.acknowledgedBy.clear();
            sim.runFor(ofSeconds(4));
            assertThat(names.acknowledgedBy.keySet())
                    .as("who reaches a majority")
                    .containsExactly("n3", "n4", "n5");
            sim.heal();
            sim.runFor(ofSeconds(5));

            TestCluster.trouble(sim, nodes);
            names.writing = false;
            count.writing = false;
            sim.runUntil(() -> names.isEverywhere() && count.isEverywhere(), CONVERGED);
            assertThat(names.stale + count.stale)
                    .as("reads by a majority that lacked what a majority had acknowledged")
                    .isZero();
            assertThat(names.attempted).containsAll(names.held.get("n1").getElements());
            assertThat(count.held.get("n1").getValue().intValue())
                    .isBetween(count.acknowledged.size(), count.attempted.size());
        }
    }

    @Test
    void whatAMajorityAcknowledgedIsReadByAMajorityAndIsEverywhereWhenAllIsHealed() {
        new Kept().run(SEEDS);
    }
}
