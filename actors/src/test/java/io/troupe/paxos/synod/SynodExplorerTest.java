package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.paxos.synod.AcceptorState.Granted;
import io.troupe.paxos.synod.AcceptorState.Refused;
import io.troupe.sim.Node;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order of messages that there is, and a power cut at any moment. The acceptors' rules, what they say, the proposers
 * and the learner are those of the product; an acceptor's disk is a {@link Disk} that answers at once: one that answers later
 * is a message that arrives later. The product's acceptor on a disk that is slow and fails is in {@link SynodSimulationTest}.
 */
class SynodExplorerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final RandomGenerator NO_DICE = () -> 0L;
    private static final List<PowerFails> TWO_CUTS = List.of(PowerFails.values());

    /** What of an acceptor's state is on its disk when it answers. */
    private enum Disk {
        /** All of it (§2.5). */
        SYNCED {
            @Override
            AcceptorState durable(AcceptorState before, AcceptorState now) {
                return now;
            }
        },
        /** The answer leaves while the last event is still being written. */
        ANSWERS_BEFORE_THE_SYNC {
            @Override
            AcceptorState durable(AcceptorState before, AcceptorState now) {
                return before;
            }
        },
        WITHOUT_PROMISES {
            @Override
            AcceptorState durable(AcceptorState before, AcceptorState now) {
                return new AcceptorState(now.accepted().map(Proposal::ballot).orElse(Ballot.NONE), now.accepted());
            }
        },
        WITHOUT_VOTES {
            @Override
            AcceptorState durable(AcceptorState before, AcceptorState now) {
                return new AcceptorState(now.promised(), Optional.empty());
            }
        };

        abstract AcceptorState durable(AcceptorState before, AcceptorState now);
    }

    /** An acceptor starts again with what is on its disk. Whatever it had not read yet comes to it then. */
    private enum PowerFails {
        BETWEEN_COMMANDS,
        /** Of the next command the event is durable, and the answer has not left. */
        BEFORE_THE_ANSWER
    }

    /** @param retries pauses that end, of all proposers together: so many more ballots there are */
    private static Report explore(int acceptors, int phase1, int phase2, int retries) {
        return explore(acceptors, phase1, phase2, retries, Disk.SYNCED, List.of());
    }

    /** @param cuts come to one acceptor, at any time: which one makes no difference, for all are alike */
    private static Report explore(
            int acceptors, int phase1, int phase2, int retries, Disk disk, List<PowerFails> cuts) {
        return Explorer.of(setup -> synod(setup, acceptors, phase1, phase2, disk, cuts))
                .timers(retries)
                .stepsAreRemembered()
                .states(3_000_000)
                .within(Duration.ofMinutes(10))
                .explore();
    }

    private static void synod(Setup setup, int count, int phase1, int phase2, Disk disk, List<PowerFails> cuts) {
        setup.statesAreReported();
        TreeSet<String> names = new TreeSet<>(
                IntStream.rangeClosed(1, count).mapToObj(i -> "a" + i).toList());
        Quorums quorums = new Quorums(names, phase1, phase2);
        TreeMap<String, Node<Object>> acceptors = new TreeMap<>();
        names.forEach(name -> acceptors.put(name, setup.node(name, node -> acceptor(node, disk))));
        cuts.forEach(cut -> setup.send("power", acceptors.firstEntry().getValue(), cut));
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

    private static Behavior<Object> acceptor(NodeContext node, Disk disk) {
        var voice = new Acceptor.Voice(node.name(), List.of(node.peer("l")));
        return accepting(node, voice, disk, AcceptorState.INITIAL, AcceptorState.INITIAL);
    }

    private static Behavior<Object> accepting(
            NodeContext node, Acceptor.Voice voice, Disk disk, AcceptorState state, AcceptorState durable) {
        node.state("acceptor", state);
        node.state("on disk", durable);
        return Behaviors.receive(Object.class)
                .onMessage(Acceptor.Command.class, command -> {
                    if (state.judge(command) instanceof Refused refused) {
                        voice.refuse(command, refused);
                        return Behaviors.same();
                    }
                    AcceptorState now = state.after(((Granted) state.judge(command)).event());
                    voice.answer(command, now);
                    return accepting(node, voice, disk, now, disk.durable(state, now));
                })
                .onMessageEquals(PowerFails.BETWEEN_COMMANDS, () -> accepting(node, voice, disk, durable, durable))
                .onMessageEquals(PowerFails.BEFORE_THE_ANSWER, () -> failing(node, voice, disk, state, durable))
                .build();
    }

    private static Behavior<Object> failing(
            NodeContext node, Acceptor.Voice voice, Disk disk, AcceptorState state, AcceptorState durable) {
        node.state("power", "fails");
        return Behaviors.receive(Object.class)
                .onMessage(Acceptor.Command.class, command -> {
                    node.state("power", "is back");
                    AcceptorState left = state.judge(command) instanceof Granted granted
                            ? disk.durable(state, state.after(granted.event()))
                            : durable;
                    return accepting(node, voice, disk, left, left);
                })
                .onMessageEquals(PowerFails.BETWEEN_COMMANDS, () -> {
                    node.state("power", "is back");
                    return accepting(node, voice, disk, durable, durable);
                })
                .build();
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
        Report report = explore(3, 2, 2, 0);
        System.out.println("Synod, two proposers, three acceptors, a ballot each: " + report);
        report.assertExhausted();
    }

    @Test
    void aQuorumOfOneAndOneOfAllWillDoWhenTheyAreOfDifferentPhases() {
        Report report = explore(3, 3, 1, 0);
        System.out.println("Synod, quorums of 3 in phase 1 and 1 in phase 2: " + report);
        report.assertExhausted();
    }

    @Test
    void twoProposersThatTryAgainChooseOneValueInEverySchedule() {
        Report report = explore(2, 2, 2, 1);
        System.out.println("Synod, two proposers, two acceptors, three ballots: " + report);
        report.assertExhausted();
    }

    /** 296,176 states. */
    @Tag("soak")
    @Test
    void twoProposersThatBothTryAgainChooseOneValueInEverySchedule() {
        Report report = explore(2, 2, 2, 2);
        System.out.println("Synod, two proposers, two acceptors, four ballots: " + report);
        report.assertExhausted();
    }

    /** There are more states than these three million: a third ballot is what can be explored with two acceptors. */
    @Tag("soak")
    @Test
    void twoProposersThatTryAgainChooseOneValueOfThreeAcceptorsInMillionsOfStates() {
        Report report = explore(3, 2, 2, 1);
        System.out.println("Synod, two proposers, three acceptors, three ballots: " + report);
        assertThat(report.counterexample()).isEmpty();
    }

    @Test
    void twoPowerCutsAtOneOfThreeAcceptorsChangeNothing() {
        Report report = explore(3, 3, 1, 0, Disk.SYNCED, TWO_CUTS);
        System.out.println("Synod, quorums of 3 in phase 1 and 1 in phase 2, two power cuts: " + report);
        report.assertExhausted();
    }

    /** 305,102 states. */
    @Tag("soak")
    @Test
    void aPowerCutAtOneOfThreeAcceptorsChangesNothingWithMajorities() {
        Report report = explore(3, 2, 2, 0, Disk.SYNCED, List.of(PowerFails.BEFORE_THE_ANSWER));
        System.out.println("Synod, two proposers, three acceptors, a power cut: " + report);
        report.assertExhausted();
    }

    /** With a quorum of one in phase 2 an acceptor that says otherwise is all that it takes. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SYNCED")
    void anAcceptorWhosePowerFailsAndWhoseDiskDoesNotHaveWhatItSaidIsCaught(Disk disk) {
        Report report = explore(2, 2, 1, 0, disk, TWO_CUTS);
        System.out.println(
                "Synod, a disk " + disk + ": " + report.counterexample().orElseThrow());
        assertThat(report.counterexample().orElseThrow().isShortest()).isTrue();
    }
}
