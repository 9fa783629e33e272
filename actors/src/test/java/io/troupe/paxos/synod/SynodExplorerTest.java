package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.paxos.synod.AcceptorState.Granted;
import io.troupe.paxos.synod.AcceptorState.Refused;
import io.troupe.sim.NodeContext;
import io.troupe.sim.explore.Explorer;
import io.troupe.sim.explore.Report;
import io.troupe.sim.explore.Setup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every order of messages that there is. The acceptors' rules, the proposers and the learner are those of the product; the
 * acceptors' disk is one that answers at once: as long as nobody crashes, a disk that answers later is a message that
 * arrives later. Crashes are in {@link SynodSimulationTest}.
 */
class SynodExplorerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final RandomGenerator NO_DICE = () -> 0L;

    /** @param retries pauses that end, of all proposers together: so many more ballots there are */
    private static Report explore(
            int acceptors, int phase1, int phase2, int retries, UnaryOperator<AcceptorState> disk) {
        return Explorer.of(setup -> synod(setup, acceptors, phase1, phase2, disk))
                .timers(retries)
                .stepsAreRemembered()
                .states(3_000_000)
                .within(Duration.ofMinutes(10))
                .explore();
    }

    private static void synod(Setup setup, int count, int phase1, int phase2, UnaryOperator<AcceptorState> disk) {
        setup.statesAreReported();
        TreeSet<String> names = new TreeSet<>(
                IntStream.rangeClosed(1, count).mapToObj(i -> "a" + i).toList());
        Quorums quorums = new Quorums(names, phase1, phase2);
        names.forEach(name -> setup.node(name, node -> acceptor(node, disk)));
        setup.node("l", node -> learner(node, quorums));
        for (String name : List.of("p1", "p2")) {
            setup.node(name, node -> proposer(node, quorums));
        }
        setup.always("one value at most is chosen, and somebody proposed it", () -> {
            assertThat(chosen(setup)).isSubsetOf("v-p1", "v-p2");
            assertThat(setup.reported("l", "end")).isEmpty();
        });
    }

    /** It stops when two values are chosen. */
    private static Behavior<Learner.Command> learner(NodeContext node, Quorums quorums) {
        return Behaviors.setup(context -> {
            var learner = context.spawn(Learner.create(quorums, state -> node.state("learner", state)), "learner");
            context.watch(learner);
            return Behaviors.receive(Learner.Command.class)
                    .onAnyMessage(message -> {
                        learner.tell(message);
                        return Behaviors.same();
                    })
                    .onSignal(Terminated.class, ended -> {
                        node.state("end", "two values are chosen");
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    /** In memory: see the class comment. */
    private static Behavior<Acceptor.Command> acceptor(NodeContext node, UnaryOperator<AcceptorState> disk) {
        var voice = new Acceptor.Voice(node.name(), List.of(node.peer("l")));
        return accepting(node, voice, disk, AcceptorState.INITIAL);
    }

    private static Behavior<Acceptor.Command> accepting(
            NodeContext node, Acceptor.Voice voice, UnaryOperator<AcceptorState> disk, AcceptorState state) {
        node.state("acceptor", state);
        return Behaviors.receiveMessage(command -> {
            if (state.judge(command) instanceof Refused refused) {
                voice.refuse(command, refused);
                return Behaviors.same();
            }
            AcceptorState now = disk.apply(state.after(((Granted) state.judge(command)).event()));
            voice.answer(command, now);
            return accepting(node, voice, disk, now);
        });
    }

    private static Behavior<Proposer.Command> proposer(NodeContext node, Quorums quorums) {
        return Behaviors.setup(context -> {
            TreeMap<String, ActorRef<Acceptor.Command>> acceptors = new TreeMap<>();
            quorums.acceptors().forEach(name -> acceptors.put(name, node.peer(name)));
            return Proposer.create(
                    ByteString.fromString("v-" + node.name()),
                    quorums,
                    acceptors,
                    context.spawn(book(node.name(), Ballot.NONE), "book"),
                    context.spawn(Behaviors.<Learner.Command>ignore(), "nobody"),
                    PATIENCE,
                    NO_DICE,
                    state -> node.state("proposer", state));
        });
    }

    private static Behavior<BallotBook.Next> book(String node, Ballot last) {
        return Behaviors.receiveMessage(next -> {
            Ballot taken = BallotBook.following(last, next.above(), node);
            next.replyTo().tell(new Proposer.BallotTaken(taken));
            return book(node, taken);
        });
    }

    private static Set<String> chosen(Setup setup) {
        return setup.reported("l", "learner").flatMap(state -> ((Learner.State) state).chosen()).stream()
                .map(ByteString::utf8String)
                .collect(Collectors.toSet());
    }

    @Test
    void twoProposersAndThreeAcceptorsChooseOneValueInEverySchedule() {
        Report report = explore(3, 2, 2, 0, UnaryOperator.identity());
        System.out.println("Synod, two proposers, three acceptors, a ballot each: " + report);
        report.assertExhausted();
    }

    @Test
    void aQuorumOfOneAndOneOfAllWillDoWhenTheyAreOfDifferentPhases() {
        Report report = explore(3, 3, 1, 0, UnaryOperator.identity());
        System.out.println("Synod, quorums of 3 in phase 1 and 1 in phase 2: " + report);
        report.assertExhausted();
    }

    @Test
    void twoProposersThatTryAgainChooseOneValueInEverySchedule() {
        Report report = explore(2, 2, 2, 1, UnaryOperator.identity());
        System.out.println("Synod, two proposers, two acceptors, three ballots: " + report);
        report.assertExhausted();
    }

    /** 296,176 states. */
    @Tag("soak")
    @Test
    void twoProposersThatBothTryAgainChooseOneValueInEverySchedule() {
        Report report = explore(2, 2, 2, 2, UnaryOperator.identity());
        System.out.println("Synod, two proposers, two acceptors, four ballots: " + report);
        report.assertExhausted();
    }

    /** There are more states than these three million: a third ballot is what can be explored with two acceptors. */
    @Tag("soak")
    @Test
    void twoProposersThatTryAgainChooseOneValueOfThreeAcceptorsInMillionsOfStates() {
        Report report = explore(3, 2, 2, 1, UnaryOperator.identity());
        System.out.println("Synod, two proposers, three acceptors, three ballots: " + report);
        assertThat(report.counterexample()).isEmpty();
    }

    @Test
    void anAcceptorThatForgetsItsPromiseIsCaught() {
        Report report = explore(3, 2, 2, 0, state -> new AcceptorState(Ballot.NONE, state.accepted()));
        System.out.println(
                "Synod with acceptors that forget: " + report.counterexample().orElseThrow());
        assertThat(report.counterexample().orElseThrow().isShortest()).isTrue();
    }

    @Test
    void anAcceptorThatForgetsItsVoteIsCaught() {
        Report report = explore(3, 2, 2, 0, state -> new AcceptorState(state.promised(), Optional.empty()));
        assertThat(report.counterexample()).isPresent();
    }
}
