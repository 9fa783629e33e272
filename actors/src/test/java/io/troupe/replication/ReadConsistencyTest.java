package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.chain.ChainEngine;
import io.troupe.chain.ChainSettings;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.pbft.DealtKeys;
import io.troupe.pbft.PbftEngine;
import io.troupe.pbft.PbftSettings;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each {@link ReadConsistency} promises, in virtual time. */
class ReadConsistencyTest {

    private static final List<String> THREE = List.of("n1", "n2", "n3");
    private static final List<String> FOUR = List.of("n1", "n2", "n3", "n4");
    private static final Duration FASTEST = Duration.ofMillis(5);
    private static final Duration SLOWEST = Duration.ofMillis(10);
    private static final Duration A_WHILE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Config CONFIG = ConfigFactory.load();

    private static Engine engine(String name, NodeContext node) {
        var storage = new InMemorySnapshotStorage();
        var raft = new RaftEngine(RaftSettings.from(CONFIG), storage, node.nanoClock());
        return switch (name) {
            case RaftEngine.NAME -> raft;
            case PaxosEngine.NAME -> new PaxosEngine(PaxosSettings.from(CONFIG), storage, node.nanoClock());
            case ChainEngine.NAME -> new ChainEngine(ChainSettings.from(CONFIG), storage, raft, node.nanoClock());
            case PbftEngine.NAME ->
                new PbftEngine(PbftSettings.from(CONFIG), storage, new DealtKeys(node.name(), FOUR), node.nanoClock());
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Replicas that count commands: four on PBFT, else three. */
    private static final class Group {

        private final Simulation sim;
        private final List<String> nodes;
        private final TreeMap<String, ActorRef<Replica.Request>> replicas = new TreeMap<>();

        Group(Simulation sim, String engine) {
            this.sim = sim;
            this.nodes = engine.equals(PbftEngine.NAME) ? FOUR : THREE;
            sim.network(NetworkConditions.good().withLatency(FASTEST, SLOWEST));
            nodes.forEach(name -> sim.node(name, node -> host(engine, node)));
            sim.runUntil(() -> replicas.size() == nodes.size(), PATIENCE);
        }

        private Behavior<Groups.HostReply> host(String engine, NodeContext node) {
            return Behaviors.setup(context -> {
                var host = context.spawn(
                        GroupHost.create(node.name(), List.of(engine(engine, node)), node.random("engine")), "groups");
                host.tell(new Groups.Host("g", nodes, (group, name) -> new Counter(), context.getSelf()));
                return Behaviors.receiveMessage(reply -> {
                    replicas.put(node.name(), ((Groups.Hosted) reply).replica());
                    return Behaviors.same();
                });
            });
        }

        /** Again, until it is acknowledged. */
        void write(String node) {
            Replica.Reply reply;
            do {
                reply = sim.ask(
                        replicas.get(node),
                        (ActorRef<Replica.Reply> to) ->
                                new Replica.Propose(Replica.NO_SESSION, 0, 0, ByteString.fromString("x"), to),
                        PATIENCE);
                sim.runFor(FASTEST);
            } while (!(reply instanceof Replica.Applied));
        }

        Replica.Reply ask(String node, ReadConsistency consistency) {
            return sim.ask(
                    replicas.get(node),
                    (ActorRef<Replica.Reply> to) -> new Replica.Query(ByteString.emptyByteString(), consistency, to),
                    PATIENCE);
        }

        String read(String node, ReadConsistency consistency) {
            Replica.Reply reply = ask(node, consistency);
            assertThat(reply).isInstanceOf(Replica.Answered.class);
            return ((Replica.Answered) reply).result().utf8String();
        }

        /** At this node, how long it takes. */
        Duration timeOf(String node, ReadConsistency consistency) {
            Duration begun = sim.now();
            assertThat(read(node, consistency)).isEqualTo("1");
            return sim.now().minus(begun);
        }
    }

    private static final class Counter implements StateMachine {

        private long count;

        @Override
        public ByteString apply(long index, ByteString command) {
            count++;
            return query(command);
        }

        @Override
        public ByteString query(ByteString query) {
            return ByteString.fromString(Long.toString(count));
        }

        @Override
        public State freeze() {
            return (OutputStream out) -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {RaftEngine.NAME, PaxosEngine.NAME, ChainEngine.NAME, PbftEngine.NAME})
    void aStaleReadIsAnsweredWithoutTheOthersFromAnOldState(String engine) {
        try (Stage stage = Stage.open(ConfigFactory.empty());
                Simulation sim = stage.simulate(1)) {
            var group = new Group(sim, engine);
            group.write("n1");
            sim.runFor(A_WHILE);
            sim.isolate("n3");
            group.write("n1");
            assertThat(group.read("n3", ReadConsistency.STALE)).isEqualTo("1");
            assertThat(group.read("n1", ReadConsistency.LINEARIZABLE)).isEqualTo("2");

            sim.heal();
            sim.runFor(A_WHILE);
            assertThat(group.read("n3", ReadConsistency.STALE)).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RaftEngine.NAME, PaxosEngine.NAME, ChainEngine.NAME})
    void aLeaseReadIsAnsweredAtOnceByTheOneThatHoldsTheLease(String engine) {
        try (Stage stage = Stage.open(ConfigFactory.empty());
                Simulation sim = stage.simulate(1)) {
            var group = new Group(sim, engine);
            group.write("n1");
            sim.runFor(A_WHILE);
            List<String> atOnce = new ArrayList<>();
            for (String node : THREE) {
                if (group.timeOf(node, ReadConsistency.LEASE).compareTo(FASTEST) < 0) {
                    atOnce.add(node);
                }
                assertThat(group.timeOf(node, ReadConsistency.LINEARIZABLE)).isGreaterThanOrEqualTo(FASTEST);
            }
            assertThat(atOnce).hasSize(1);
        }
    }

    /** In PBFT nobody is believed alone, so there is no lease. */
    @Test
    void aLeaseReadIsLinearizableWhereThereIsNoLease() {
        try (Stage stage = Stage.open(ConfigFactory.empty());
                Simulation sim = stage.simulate(1)) {
            var group = new Group(sim, PbftEngine.NAME);
            group.write("n1");
            sim.runFor(A_WHILE);
            for (String node : FOUR) {
                assertThat(group.timeOf(node, ReadConsistency.LEASE)).isGreaterThanOrEqualTo(FASTEST);
            }
            sim.isolate("n3");
            Replica.Reply refused = group.ask("n3", ReadConsistency.LEASE);
            assertThat(refused).isInstanceOf(Replica.Rejected.class);
        }
    }
}
