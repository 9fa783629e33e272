package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.Quorums;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * Three nodes, an acceptor, a learner and a proposer at each, while nodes crash and messages are lost, doubled and late. In
 * every life a node proposes another value; for all of them together one is chosen, once and for ever.
 */
final class SynodFaults implements Consumer<Simulation> {

    private static final Duration FAULTS = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMillis(150);
    private static final List<String> NAMES = List.of("n1", "n2", "n3");

    private final Quorums quorums = Quorums.majorities(new TreeSet<>(NAMES));

    /** What has ever been learned, by whom, from the beginning to the end of the run. */
    private final TreeMap<String, TreeSet<String>> learned = new TreeMap<>();

    @Override
    public void accept(Simulation sim) {
        learned.clear();
        NodeFaults.restartFallen(sim, PATIENCE);
        List<Node<Wire>> nodes = sim.nodes(NAMES.size(), this::node);
        sim.afterEveryStep("one value at most is chosen", this::checkAgreement);
        sim.network(NetworkConditions.good().withLatency(Duration.ZERO, PATIENCE));
        sim.nemesis(
                FAULTS,
                Duration.ofMillis(150),
                Fault.partitions(),
                Fault.crashes(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.3, PATIENCE),
                Fault.slowDisks(Duration.ofMillis(80)),
                Fault.failingDisks(0.2));
        sim.runFor(FAULTS);
        sim.heal();
        sim.network(NetworkConditions.good());
        nodes.forEach(node -> {
            if (!node.isUp()) {
                node.restart();
            }
        });
        sim.runUntil(() -> learned.keySet().containsAll(NAMES), Duration.ofMinutes(2));
    }

    private void checkAgreement() {
        TreeSet<String> values = new TreeSet<>();
        learned.values().forEach(values::addAll);
        assertThat(values).as("what was learned, by whom: %s", learned).hasSizeLessThan(2);
    }

    /** The node's root hands what comes to the actor it is for. */
    private Behavior<Wire> node(NodeContext node) {
        return Behaviors.setup(context -> {
            var acceptor = context.spawn(Acceptor.create("x", node.name(), learners(node)), "acceptor");
            var learner = context.spawn(Learner.create(quorums), "learner");
            context.watch(acceptor); // Its end ends the node, as that of the others: nobody handles the signal.
            context.watch(learner);
            context.watch(propose(context, node, learner));
            learner.tell(new Learner.Learn(context.getSelf().unsafeUpcast()));
            return Behaviors.receive(Wire.class)
                    .onMessage(Acceptor.Command.class, command -> {
                        acceptor.tell(command);
                        return Behaviors.same();
                    })
                    .onMessage(Learner.Accepted.class, accepted -> {
                        learner.tell(accepted);
                        return Behaviors.same();
                    })
                    .onMessage(Learner.Chosen.class, chosen -> {
                        learned.computeIfAbsent(node.name(), any -> new TreeSet<>())
                                .add(chosen.value().utf8String());
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    private static List<ActorRef<Learner.Command>> learners(NodeContext node) {
        return NAMES.stream().map(node::<Learner.Command>peer).toList();
    }

    private ActorRef<Proposer.Command> propose(
            ActorContext<Wire> context, NodeContext node, ActorRef<Learner.Command> learner) {
        TreeMap<String, ActorRef<Acceptor.Command>> acceptors = new TreeMap<>();
        NAMES.forEach(name -> acceptors.put(name, node.peer(name)));
        var book = context.spawn(BallotBook.create("x", node.name()), "book");
        context.watch(book);
        return context.spawn(
                Proposer.create(
                        ByteString.fromString(node.name() + "-" + node.life()),
                        quorums,
                        acceptors,
                        book,
                        learner,
                        PATIENCE,
                        node.random("proposer")),
                "proposer");
    }
}
