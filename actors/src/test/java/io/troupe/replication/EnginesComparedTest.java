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
import io.troupe.sim.DiskConditions;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/**
 * The engines side by side, as they are configured by default, with as many replicas as one failure takes, in virtual time:
 * what a command and a linearizable read cost in messages, and for how long nobody is served when the leader crashes. Numbers
 * of the protocols, and not of a machine.
 */
class EnginesComparedTest {

    private static final List<String> THREE = List.of("n1", "n2", "n3");
    private static final List<String> FOUR = List.of("n1", "n2", "n3", "n4");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LATENCY = Duration.ofMillis(1);
    private static final int OPERATIONS = 500;
    private static final int MANY = 64;
    private static final int CRASHES = 20;

    private static final Config CONFIG = ConfigFactory.load();

    /**
     * @param messagesMin of a command alone, if nothing else is said: of Raft and Multi-Paxos a request to and an answer from
     *     each of two peers, of a chain to the tail and back, of PBFT three to be ordered, and all to all others twice
     * @param messagesMax with what is said of the commit, and heartbeats
     */
    private record Compared(
            List<String> replicas,
            BiFunction<NodeContext, SnapshotStorage, Engine> engine,
            double messagesMin,
            double messagesMax) {}

    private static final Map<String, Compared> ENGINES = new TreeMap<>(Map.of(
            RaftEngine.NAME, new Compared(THREE, EnginesComparedTest::raft, 4, 9),
            PaxosEngine.NAME,
                    new Compared(
                            THREE,
                            (node, storage) -> new PaxosEngine(PaxosSettings.from(CONFIG), storage, node.nanoClock()),
                            4,
                            9),
            ChainEngine.NAME,
                    new Compared(
                            THREE,
                            (node, storage) -> new ChainEngine(
                                    ChainSettings.from(CONFIG), storage, raft(node, storage), node.nanoClock()),
                            4,
                            9),
            PbftEngine.NAME,
                    new Compared(
                            FOUR,
                            (node, storage) -> new PbftEngine(
                                    PbftSettings.from(CONFIG),
                                    storage,
                                    new DealtKeys(node.name(), FOUR),
                                    node.nanoClock()),
                            15,
                            40)));

    private static Engine raft(NodeContext node, SnapshotStorage storage) {
        return new RaftEngine(RaftSettings.from(CONFIG), storage, node.nanoClock());
    }

    private sealed interface Command permits Ready, Answered, Run {}

    private record Ready(ActorRef<Replica.Request> replica) implements Command {}

    private enum Answered implements Command {
        ANSWERED
    }

    private enum Load {
        COMMANDS,
        READS
    }

    /** So many operations, so many of them at a time. */
    private record Run(Load load, int operations, int outstanding) implements Command {}

    /** What a node has to say to the test. */
    private static final class Seen {
        final TreeMap<String, Replica.Status> statuses = new TreeMap<>();
        long answered;
        private final LongSupplier sent;
        private long sentBefore;
        /** How often so many messages were sent from one answer to the next. */
        private final TreeMap<Long, Integer> betweenAnswers = new TreeMap<>();

        Seen(LongSupplier sent) {
            this.sent = sent;
        }

        void answer() {
            answered++;
            betweenAnswers.merge(sent.getAsLong() - sentBefore, 1, Integer::sum);
            sentBefore = sent.getAsLong();
        }

        /** What an operation costs when no heartbeat falls into it, as into most none does. */
        long usualMessages() {
            return betweenAnswers.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
        }

        String leader() {
            return statuses.values().stream()
                    .filter(status -> status.role() == Replica.Role.LEADER)
                    .max((a, b) -> Long.compare(a.term(), b.term()))
                    .map(Replica.Status::node)
                    .orElse("");
        }
    }

    private record Group(Simulation sim, Map<String, Node<Command>> nodes, Seen seen) {

        static Group of(Simulation sim, Compared compared) {
            Seen seen = new Seen(sim::messagesSent);
            TreeMap<String, Node<Command>> nodes = new TreeMap<>();
            for (String name : compared.replicas()) {
                var storage = new InMemorySnapshotStorage();
                nodes.put(
                        name,
                        sim.node(
                                name,
                                node -> root(node, compared, compared.engine().apply(node, storage), seen)));
            }
            Group group = new Group(sim, nodes, seen);
            sim.runUntil(() -> !seen.leader().isEmpty(), PATIENCE);
            group.run(group.leader(), Load.COMMANDS, 20, 1);
            return group;
        }

        Node<Command> leader() {
            return nodes.get(seen.leader());
        }

        Node<Command> another() {
            return nodes.values().stream()
                    .filter(node -> node != leader())
                    .findFirst()
                    .orElseThrow();
        }

        /** At that node, to the end. */
        void run(Node<Command> node, Load load, int operations, int outstanding) {
            long until = seen.answered + operations;
            node.ref().tell(new Run(load, operations, outstanding));
            sim.runUntil(() -> seen.answered >= until, PATIENCE);
        }
    }

    private static Behavior<Command> root(NodeContext node, Compared compared, Engine engine, Seen seen) {
        return Behaviors.setup(context -> {
            var host = context.spawn(GroupHost.create(node.name(), List.of(engine), node.random("engine")), "groups");
            host.tell(new Groups.Host(
                    "g",
                    compared.replicas(),
                    (group, name) -> new Nothing(),
                    context.messageAdapter(
                            Groups.HostReply.class, reply -> new Ready(((Groups.Hosted) reply).replica()))));
            return Behaviors.receive(Command.class)
                    .onMessage(Ready.class, ready -> serving(context, node, ready.replica(), seen))
                    .build();
        });
    }

    private static Behavior<Command> serving(
            ActorContext<Command> context, NodeContext node, ActorRef<Replica.Request> replica, Seen seen) {
        ActorRef<Replica.Status> statuses = context.spawn(
                Behaviors.receiveMessage(status -> {
                    seen.statuses.put(node.name(), status);
                    return Behaviors.same();
                }),
                "statuses");
        replica.tell(new Replica.Observe(statuses));
        var client = context.spawn(
                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("client")), "client");
        ActorRef<SessionClient.Outcome> outcomes =
                context.messageAdapter(SessionClient.Outcome.class, outcome -> Answered.ANSWERED);
        ActorRef<Replica.Reply> replies = context.messageAdapter(Replica.Reply.class, EnginesComparedTest::answered);
        Map<Load, Runnable> loads = Map.of(
                Load.COMMANDS,
                () -> client.tell(new SessionClient.Submit(ByteString.fromString("x"), PATIENCE, outcomes)),
                Load.READS,
                () -> replica.tell(
                        new Replica.Query(ByteString.fromString("x"), ReadConsistency.LINEARIZABLE, replies)));
        Deque<Runnable> left = new ArrayDeque<>();
        return Behaviors.receive(Command.class)
                .onMessage(Run.class, run -> {
                    left.addAll(Collections.nCopies(run.operations(), loads.get(run.load())));
                    for (int i = 0; i < run.outstanding(); i++) {
                        left.remove().run();
                    }
                    return Behaviors.same();
                })
                .onMessageEquals(Answered.ANSWERED, () -> {
                    seen.answer();
                    if (!left.isEmpty()) {
                        left.remove().run();
                    }
                    return Behaviors.same();
                })
                .build();
    }

    private static Command answered(Replica.Reply reply) {
        assertThat(reply).isInstanceOf(Replica.Answered.class);
        return Answered.ANSWERED;
    }

    /** A service with no state. */
    private static final class Nothing implements StateMachine {
        @Override
        public ByteString apply(long index, ByteString command) {
            return ByteString.emptyByteString();
        }

        @Override
        public ByteString query(ByteString query) {
            return ByteString.emptyByteString();
        }

        @Override
        public State freeze() {
            return (OutputStream out) -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    /**
     * @param command at who leads, one at a time and many
     * @param read likewise
     * @param readElsewhere at another node
     * @param failoversMillis from the leader's crash to the next answer at another node, in order
     */
    private record Measured(Messages command, Messages read, Messages readElsewhere, List<Long> failoversMillis) {}

    /**
     * Messages for an operation.
     *
     * @param alone when there is one at a time
     * @param ofMany when there are {@link #MANY}
     */
    private record Messages(double alone, double ofMany) {

        static Messages of(Group group, Node<Command> node, Load load) {
            return new Messages(sent(group, node, load, 1), sent(group, node, load, MANY));
        }

        private static double sent(Group group, Node<Command> node, Load load, int outstanding) {
            long before = group.sim().messagesSent();
            group.run(node, load, OPERATIONS, outstanding);
            return (double) (group.sim().messagesSent() - before) / OPERATIONS;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f (%.2f)", alone, ofMany);
        }
    }

    private static Measured measure(Stage stage, Compared compared) {
        Messages command;
        Messages read;
        Messages readElsewhere;
        try (Simulation sim = stage.simulate(1)) {
            Group group = Group.of(sim, compared);
            command = Messages.of(group, group.leader(), Load.COMMANDS);
            read = Messages.of(group, group.leader(), Load.READS);
            readElsewhere = Messages.of(group, group.another(), Load.READS);
        }
        List<Long> failovers = new ArrayList<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            try (Simulation sim = stage.simulate(seed)) {
                failovers.add(failover(Group.of(sim, compared)));
            }
        }
        return new Measured(
                command, read, readElsewhere, failovers.stream().sorted().toList());
    }

    private static long failover(Group group) {
        String leader = group.seen().leader();
        Node<Command> other = group.another();
        group.run(other, Load.COMMANDS, 5, 1);
        long crashed = group.sim().now().toMillis();
        group.sim().crash(leader);
        group.run(other, Load.COMMANDS, 1, 1);
        return group.sim().now().toMillis() - crashed;
    }

    /**
     * One at a time, where the leader is, with networks and disks that always take as long: what most commands cost, because
     * no heartbeat falls into them, is exact. Raft: to each of two followers the entry, its answer, and that it is committed.
     * Multi-Paxos: the same, but what is decided is said with the next command. A chain of three: down to the tail and back,
     * and the tail's answer to the head. PBFT, with n4 in reserve: the pre-prepare to two, two prepares and three commits to
     * two others each, and two replies to the primary's own client.
     */
    @Test
    void whatACommandCostsBetweenHeartbeats() {
        try (Stage stage = Stage.open(ConfigFactory.empty())) {
            Map<String, Long> usual = new TreeMap<>();
            ENGINES.forEach((name, compared) -> {
                try (Simulation sim = stage.simulate(1)) {
                    Group group = Group.of(sim, compared);
                    sim.network(NetworkConditions.good().withLatency(LATENCY, LATENCY));
                    sim.nodes().forEach(node -> node.disk(DiskConditions.good().withLatency(LATENCY, LATENCY)));
                    sim.runFor(Duration.ofSeconds(5)); // PBFT's replica in reserve is.
                    group.seen().betweenAnswers.clear();
                    group.run(group.leader(), Load.COMMANDS, OPERATIONS, 1);
                    usual.put(name, group.seen().usualMessages());
                }
            });
            assertThat(usual)
                    .isEqualTo(Map.of(
                            RaftEngine.NAME,
                            2 * 3L,
                            PaxosEngine.NAME,
                            2 * 2L,
                            ChainEngine.NAME,
                            2 * 2 + 1L,
                            PbftEngine.NAME,
                            2 + 2 * 2 + 3 * 2 + 2L));
        }
    }

    @Test
    void messagesAndFailover() {
        try (Stage stage = Stage.open(ConfigFactory.empty())) {
            ENGINES.forEach((name, compared) -> {
                Measured measured = measure(stage, compared);
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d replicas: messages for one at a time (of %d) are for a command %s, for a read %s, at another"
                                + " than who leads %s; nobody is served for %d to %d ms after the leader's crash, median %d"
                                + " (%d crashes)%n",
                        name,
                        compared.replicas().size(),
                        MANY,
                        measured.command(),
                        measured.read(),
                        measured.readElsewhere(),
                        measured.failoversMillis().get(0),
                        measured.failoversMillis().get(CRASHES - 1),
                        measured.failoversMillis().get(CRASHES / 2),
                        CRASHES);
                assertThat(measured.command().alone())
                        .as(name)
                        .isBetween(compared.messagesMin(), compared.messagesMax());
                assertThat(measured.command().ofMany())
                        .as(name)
                        .isLessThan(measured.command().alone());
                assertThat(List.of(measured.read(), measured.readElsewhere()))
                        .as(name + ": reads that come together share a round")
                        .allMatch(messages -> messages.ofMany() < messages.alone() / 16);
            });
        }
    }
}
