package io.troupe.replication.mastership;

import io.troupe.chain.ChainEngine;
import io.troupe.paxos.PaxosEngine;
import io.troupe.raft.RaftEngine;
import io.troupe.replication.AnyEngine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.replication.sim.Verdict;
import io.troupe.sim.Fault;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * An {@link Adder} at each node over any engine that has leaders: whoever is master reads a number, and sets one more. Leaders
 * crash, stand still, are cut off for longer than the others wait, and come back; what they said when they
 * began comes again late. As the calls are made in epochs, nothing is added twice or lost.
 */
final class MasterFaults implements Consumer<Simulation>, Adder.Observer {

    private static final List<String> NAMES = List.of("n1", "n2", "n3");
    private static final Duration FAULTS = Duration.ofSeconds(8);
    private static final Duration CUT_EVERY = Duration.ofSeconds(2);
    private static final int CUTS = 3;
    private static final Duration AGAIN = Duration.ofMillis(400);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private enum LateWord {
        DUE
    }

    private final TreeMap<Long, String> masters = new TreeMap<>();
    private final TreeSet<Long> ended = new TreeSet<>();
    private Optional<String> master = Optional.empty();
    private String engine = "";
    private int added;
    private int restores;
    private Verdict verdict = new Verdict();

    @Override
    public void accept(Simulation sim) {
        masters.clear();
        ended.clear();
        master = Optional.empty();
        added = 0;
        restores = 0;
        verdict = new Verdict();
        RandomGenerator random = sim.random("masters");
        engine = List.of(RaftEngine.NAME, PaxosEngine.NAME, ChainEngine.NAME).get(random.nextInt(3));
        NodeFaults.restartFallen(sim, AGAIN);
        TreeMap<String, Node<?>> nodes = new TreeMap<>();
        for (String name : NAMES) {
            var storage = new InMemorySnapshotStorage();
            nodes.put(name, sim.node(name, node -> replica(node, storage)));
        }
        verdict.endWith(sim, "one master adds at a time");
        sim.nemesis(
                FAULTS,
                Duration.ofMillis(700),
                Fault.partitions(),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.2, Duration.ofMillis(100)));
        for (int cut = 1; cut <= CUTS; cut++) {
            sim.after(CUT_EVERY.multipliedBy(cut), () -> master.ifPresent(sim::isolate));
            sim.after(CUT_EVERY.multipliedBy(cut).plusMillis(1_000 + random.nextInt(600)), sim::heal);
        }
        sim.runFor(FAULTS);
        new NodeFaults(sim, nodes).mend();
        int before = added;
        sim.runUntil(() -> added >= before + 3, PATIENCE);
    }

    private Behavior<Object> replica(NodeContext node, SnapshotStorage storage) {
        return Behaviors.setup(context -> {
            var host = context.spawn(
                    GroupHost.create(
                            node.name(),
                            List.of(new AnyEngine(engine, NAMES).at(node, storage)),
                            node.random("engine")),
                    "groups");
            host.tell(new Groups.Host(
                    "g",
                    NAMES,
                    (group, name) -> new MastershipMachine(new Watched(name)),
                    context.messageAdapter(Groups.HostReply.class, reply -> reply)));
            return Behaviors.receive(Object.class)
                    .onMessage(Groups.Hosted.class, hosted -> serving(context, node, hosted.replica()))
                    .build();
        });
    }

    private Behavior<Object> serving(
            ActorContext<Object> context, NodeContext node, ActorRef<Replica.Request> replica) {
        context.watch(replica); // Its end ends the node: nobody handles the signal.
        var session = context.spawn(
                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("client")), "client");
        var mastership = context.spawn(Mastership.create(replica, session, AGAIN), "mastership");
        context.spawn(Adder.create(node, mastership, session, this), "adder");
        RandomGenerator random = node.random("late words");
        context.getSelf().tell(LateWord.DUE);
        return Behaviors.receive(Object.class)
                .onMessageEquals(LateWord.DUE, () -> {
                    anEarlierBeginning(random)
                            .ifPresent(late -> session.tell(new SessionClient.Submit(
                                    late, AGAIN, context.getSystem().ignoreRef())));
                    context.scheduleOnce(AGAIN, context.getSelf(), LateWord.DUE);
                    return Behaviors.same();
                })
                .build();
    }

    /** As it was said once; it may be the first time that it is heard. */
    private Optional<ByteString> anEarlierBeginning(RandomGenerator random) {
        return masters.isEmpty()
                ? Optional.empty()
                : masters.headMap(masters.lastKey()).entrySet().stream()
                        .skip(random.nextInt(masters.size()))
                        .findFirst()
                        .map(old -> MastershipMachine.begin(new Epoch(old.getKey(), old.getValue()), 0));
    }

    /** A register at a replica, of which every step is seen. */
    private final class Watched implements StateMachine {
        private final String node;
        private final Register register = new Register();

        Watched(String node) {
            this.node = node;
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            long before = register.value();
            ByteString answer = register.apply(index, command);
            verdict.judge(
                    register.value() == before + 1,
                    "at " + index + " " + node + " is to set " + register.value() + " after " + before);
            return answer;
        }

        @Override
        public boolean appliesQuickly(ByteString command) {
            return true;
        }

        @Override
        public boolean answersQuickly(ByteString query) {
            return true;
        }

        @Override
        public ByteString query(ByteString query) {
            return register.query(query);
        }

        @Override
        public State freeze() {
            return register.freeze();
        }

        @Override
        public void restore(InputStream state) throws IOException {
            restores++;
            register.restore(state);
        }
    }

    @Override
    public void isMaster(String node, long epoch) {
        master = Optional.of(node);
        String other = masters.putIfAbsent(epoch, node);
        verdict.judge(
                other == null || other.equals(node), node + " is master in epoch " + epoch + ", and so is " + other);
    }

    @Override
    public void added(long epoch) {
        added++;
    }

    @Override
    public void ended(long epoch) {
        ended.add(epoch);
    }

    // -- how much happened

    String engine() {
        return engine;
    }

    /** Epochs that ended while their masters were about to add. */
    int ended() {
        return ended.size();
    }

    int restores() {
        return restores;
    }
}
