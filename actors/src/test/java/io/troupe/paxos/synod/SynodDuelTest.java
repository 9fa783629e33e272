package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.Quorums;
import io.troupe.sim.Choice;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import io.troupe.sim.Steering;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Progress (Paxos Made Simple, §2.4), played message by message with two proposers and three acceptors. */
class SynodDuelTest {

    private static final Set<String> ACCEPTORS = new TreeSet<>(Set.of("a1", "a2", "a3"));
    private static final Quorums QUORUMS = Quorums.majorities(ACCEPTORS);
    private static final int BALLOTS = 40;

    private final Set<String> chosen = new TreeSet<>();

    @Test
    @DisplayName("§2.4: two proposers can each keep issuing proposals, none of which are ever chosen; one that is alone"
            + " has its value chosen")
    void aDuelAndItsEnd() {
        try (var stage = Stage.open();
                var sim = stage.simulate(1)) {
            start(sim);
            var steering = sim.steer();
            steering.settle();
            String promised = "p1";
            String next = "p2";
            asks(steering, promised);
            for (int ballot = 1; ballot < BALLOTS; ballot++) {
                asks(steering, next); // Its ballot is the higher one, and has the promises now.
                asks(steering, promised); // What it proposes comes too late, and it is told of the higher ballot.
                take(steering, Choice.local(promised)); // Its pause is over: it takes a ballot above that.
                String refused = promised;
                promised = next;
                next = refused;
            }
            assertThat(chosen).as("after %d ballots", BALLOTS).isEmpty();
            String distinguished = promised;
            ACCEPTORS.forEach(acceptor -> take(steering, Choice.deliver(distinguished, acceptor)));
            ACCEPTORS.forEach(acceptor -> take(steering, Choice.deliver(acceptor, "l")));
            assertThat(chosen).containsExactly("v-" + distinguished);
        }
    }

    /** The proposer's oldest request to each acceptor arrives, and so does what it is answered. */
    private static void asks(Steering steering, String proposer) {
        ACCEPTORS.forEach(acceptor -> take(steering, Choice.deliver(proposer, acceptor)));
        ACCEPTORS.forEach(acceptor -> take(steering, Choice.deliver(acceptor, proposer)));
    }

    /** And disks write what is to be written. */
    private static void take(Steering steering, Choice choice) {
        steering.take(choice);
        steering.settle();
    }

    private void start(Simulation sim) {
        ACCEPTORS.forEach(
                name -> sim.node(name, node -> Acceptor.create("x", name, List.of(node.<Learner.Command>peer("l")))));
        sim.node("l", node -> learner());
        List.of("p1", "p2").forEach(name -> sim.node(name, SynodDuelTest::proposer));
    }

    private Behavior<Learner.Command> learner() {
        return Learner.create(QUORUMS, state -> state.chosen().ifPresent(value -> chosen.add(value.utf8String())));
    }

    private static Behavior<Proposer.Command> proposer(NodeContext node) {
        return Behaviors.setup(context -> {
            TreeMap<String, ActorRef<Acceptor.Command>> acceptors = new TreeMap<>();
            ACCEPTORS.forEach(name -> acceptors.put(name, node.peer(name)));
            return Proposer.create(
                    ByteString.fromString("v-" + node.name()),
                    QUORUMS,
                    acceptors,
                    context.spawn(BallotBook.create("x", node.name()), "book"),
                    context.spawn(Behaviors.<Learner.Command>ignore(), "nobody"),
                    Duration.ofSeconds(1),
                    node.random("proposer"));
        });
    }
}
