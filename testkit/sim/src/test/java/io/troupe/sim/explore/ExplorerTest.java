package io.troupe.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.sim.Sent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small classics, right and broken, explored as the actors they are. */
class ExplorerTest {

    private static final String CONFIG =
            """
            pekko.actor {
              allow-java-serialization = on
              warn-about-java-serializer-usage = off
              serialization-bindings { "%s" = java }
            }
            """
                    .formatted(Sent.class.getName());

    private static Explorer exploring(Consumer<Setup> system) {
        return Explorer.of(system).config(CONFIG).within(Duration.ofMinutes(3));
    }

    // ---- two-phase commit

    private static void twoPhaseCommit(Setup setup, boolean isPatient) {
        setup.statesAreReported();
        var coordinator = setup.node("coordinator", node -> TwoPhaseCommit.coordinator(node, List.of("p1", "p2")));
        setup.node("p1", node -> TwoPhaseCommit.participant(node, true));
        setup.node("p2", node -> TwoPhaseCommit.participant(node, isPatient));
        setup.send("client", coordinator, new TwoPhaseCommit.Begin());
        setup.always("no participant commits what another aborts", () -> assertThat(states(setup))
                .isNotEqualTo(Set.of("aborted", "committed")));
    }

    private static Set<Object> states(Setup setup) {
        return Stream.of("p1", "p2")
                .flatMap(name -> setup.reported(name, "state").stream())
                .collect(Collectors.toSet());
    }

    @Test
    void twoPhaseCommitIsAtomicWhoeverCrashesAndWhateverIsLost() {
        var report = exploring(setup -> twoPhaseCommit(setup, true))
                .crashes(1)
                .losses(1)
                .explore();
        report.assertExhausted();
        assertThat(report.states()).isGreaterThan(40);
        assertThat(report.toString()).startsWith("exhausted: ").contains("states/s");
    }

    @Test
    void twoPhaseCommitEndsWhenNobodyCrashes() {
        exploring(setup -> {
                    twoPhaseCommit(setup, true);
                    setup.eventually("both have committed", () -> states(setup).equals(Set.of("committed")));
                })
                .explore()
                .assertExhausted();
    }

    @Test
    void twoPhaseCommitBlocksWhenTheCoordinatorCrashesAfterPrepare() {
        var report = exploring(setup -> {
                    twoPhaseCommit(setup, true);
                    setup.eventually(
                            "a participant that lives decides",
                            () -> !states(setup).contains("prepared")
                                    && !states(setup).equals(Set.of("working")));
                })
                .crashes(1)
                .steps(40)
                .explore();
        var blocked = report.counterexample().orElseThrow();
        assertThat(blocked.property())
                .isEqualTo("'a participant that lives decides' is never reached: nothing more happens without it");
        assertThat(blocked.steps()).contains("coordinator CRASHES");
        assertThat(report.boundedBy()).isEmpty();
    }

    @Test
    void aParticipantThatLosesPatienceBreaksAtomicityInSevenSteps() {
        var report = exploring(setup -> twoPhaseCommit(setup, false)).explore();
        assertThatThrownBy(report::assertNotBroken)
                .hasMessageContaining("'no participant commits what another aborts' does not hold")
                .hasMessageContaining("after 7 steps, the fewest possible");
        assertThat(report.counterexample().orElseThrow().steps())
                .startsWith("client → coordinator: Begin[]")
                .contains("p2: timer patience");
    }

    // ---- mutual exclusion

    private static void mutualExclusion(Setup setup, boolean isRight) {
        setup.statesAreReported();
        var a = setup.node("a", node -> MutualExclusion.create(node, "b", isRight));
        var b = setup.node("b", node -> MutualExclusion.create(node, "a", isRight));
        setup.send("user of a", a, new MutualExclusion.Want());
        setup.send("user of b", b, new MutualExclusion.Want());
        setup.always("one is in at most", () -> assertThat(Stream.of("a", "b")
                        .flatMap(name -> setup.reported(name, "stage").stream())
                        .filter(stage -> stage.toString().equals("IN")))
                .hasSizeLessThan(2));
    }

    @Test
    void mutualExclusionHoldsInEveryOrder() {
        exploring(setup -> mutualExclusion(setup, true)).explore().assertExhausted();
    }

    @Test
    void whoNeverDefersWhileWantingLetsBothInAndTheTraceShowsIt(@TempDir Path folder) throws IOException {
        var report = exploring(setup -> mutualExclusion(setup, false)).explore();
        var both = report.counterexample().orElseThrow();
        assertThat(both.steps()).hasSize(6).endsWith("b → a: Reply[]");
        assertThat(both.isShortest()).isTrue();
        var page = Files.readString(both.writeTrace(folder.resolve("both.html")));
        assertThat(page).contains("'one is in at most' does not hold", "stage=IN");
    }

    // ---- Paxos

    private static void paxos(Setup setup, int proposers, int acceptors, boolean keepsPromises, boolean triesAgain) {
        setup.statesAreReported();
        var names = IntStream.rangeClosed(1, acceptors).mapToObj(i -> "a" + i).toList();
        names.forEach(name -> setup.node(name, node -> Paxos.acceptor(node, keepsPromises)));
        for (int i = 0; i < proposers; i++) {
            int number = i;
            var proposer = setup.node(
                    "p" + (i + 1), node -> Paxos.Proposer.create(node, number, proposers, names, triesAgain));
            setup.send("client", proposer, new Paxos.Begin());
        }
        setup.always(
                "one value at most is decided", () -> assertThat(decided(setup)).hasSizeLessThan(2));
    }

    private static Set<Object> decided(Setup setup) {
        return Stream.of("p1", "p2")
                .flatMap(name -> setup.reported(name, "decided").stream())
                .collect(Collectors.toSet());
    }

    @Test
    void paxosWithTwoProposersDecidesOneValueInEverySchedule() {
        exploring(setup -> paxos(setup, 2, 2, true, false)).explore().assertExhausted();
    }

    @Test
    void paxosWithThreeAcceptorsDecidesOneValueInEveryShortSchedule() {
        var report =
                exploring(setup -> paxos(setup, 2, 3, true, false)).steps(7).explore();
        report.assertNotBroken();
        assertThat(report.isExhausted()).isFalse();
        assertThat(report.boundedBy()).startsWith("7 steps");
        assertThatThrownBy(report::assertExhausted).hasMessageStartingWith("bounded at 7 steps");
    }

    @Test
    void paxosWithThreeAcceptorsDecidesOneValueInEverySchedule() {
        var report = exploring(setup -> paxos(setup, 2, 3, true, false))
                .stepsAreRemembered()
                .explore();
        report.assertExhausted();
        assertThat(report.states()).isGreaterThan(80_000);
        System.out.println("Paxos, two proposers and three acceptors: " + report);
    }

    @Test
    @Tag("soak")
    void paxosWithThreeAcceptorsDecidesOneValueWhateverMessageIsLost() {
        var report = exploring(setup -> paxos(setup, 2, 3, true, false))
                .losses(1)
                .stepsAreRemembered()
                .states(5_000_000)
                .within(Duration.ofMinutes(15))
                .explore();
        System.out.println("Paxos, two proposers, three acceptors and a loss: " + report);
        report.assertExhausted();
    }

    @Test
    void anAcceptorThatForgetsItsPromiseIsCaught() {
        var report = exploring(setup -> paxos(setup, 2, 3, false, false))
                .stepsAreRemembered()
                .explore();
        var caught = report.counterexample().orElseThrow();
        System.out.println("Paxos with acceptors that forget: " + report + "\n" + caught);
        assertThat(caught.property()).startsWith("'one value at most is decided' does not hold");
        assertThat(caught.isShortest()).isTrue();
        assertThat(caught.steps())
                .anyMatch(step -> step.contains("Accept[ballot=0"))
                .anyMatch(step -> step.contains("Accept[ballot=1"));
    }

    private static void duel(Setup setup, int proposers) {
        paxos(setup, proposers, 1, true, true);
        setup.eventually("a value is decided", () -> !decided(setup).isEmpty());
    }

    private static final String BALLOTS = "(?:[bB]allot|accepted|highest)=(\\d+)";

    @Test
    void twoProposersMayDuelForEverEvenInAFairRun() {
        var endless = exploring(setup -> duel(setup, 2))
                .onlyOrderMatters(BALLOTS)
                .explore()
                .counterexample()
                .orElseThrow();
        assertThat(endless.property())
                .isEqualTo("'a value is decided' is never reached: a fair run goes on without it");
        var cycle = endless.steps().subList(endless.cycleFrom(), endless.steps().size());
        assertThat(cycle)
                .anyMatch(step -> step.startsWith("a1 → p1: Rejected"))
                .anyMatch(step -> step.startsWith("a1 → p2: Rejected"));
        assertThat(endless.toString()).contains("and from here for ever:");
    }

    @Test
    void aProposerAloneDecidesInEveryFairRun() {
        exploring(setup -> duel(setup, 1)).onlyOrderMatters(BALLOTS).explore().assertExhausted();
    }

    @Test
    void anUnfairRunMayStarveAMessageForEver() {
        Consumer<Setup> ticking = setup -> {
            setup.statesAreReported();
            setup.node(
                    "clock",
                    node -> Behaviors.withTimers(timers -> {
                        timers.startTimerAtFixedRate("tick", Duration.ofSeconds(1));
                        return Behaviors.ignore();
                    }));
            var asked = setup.node(
                    "asked",
                    node -> Behaviors.<TwoPhaseCommit.Prepare>receiveMessage(any -> {
                        node.state("heard", true);
                        return Behaviors.same();
                    }));
            setup.send("client", asked, new TwoPhaseCommit.Prepare());
            setup.eventually("heard", () -> setup.reported("asked", "heard").isPresent());
        };
        exploring(ticking).explore().assertExhausted();
        var starved = exploring(ticking).unfair().explore().counterexample().orElseThrow();
        assertThat(starved.property()).isEqualTo("'heard' is never reached: a run goes on without it");
        assertThat(starved.steps()).containsExactly("clock: timer tick");
    }

    // ---- the search itself, on actors

    @Test
    void theReductionVisitsTheSameStatesOfActorsAsTheWholeSearch() {
        List<Consumer<Setup>> systems = List.of(
                setup -> twoPhaseCommit(setup, true),
                setup -> mutualExclusion(setup, true),
                setup -> paxos(setup, 2, 1, true, false));
        for (var system : systems) {
            var reduced = exploring(system).losses(1).duplications(1).graph();
            var whole = exploring(system)
                    .losses(1)
                    .duplications(1)
                    .withoutReduction()
                    .graph();
            assertThat(keys(reduced, false)).isEqualTo(keys(whole, false));
            assertThat(keys(reduced, true)).isNotEmpty().isEqualTo(keys(whole, true));
            assertThat(reduced.edges()).isLessThan(whole.edges());
        }
    }

    @Test
    void rememberedStepsLeadToTheSameStatesAsActorsDo() {
        List<Consumer<Setup>> systems = List.of(
                setup -> twoPhaseCommit(setup, true),
                setup -> mutualExclusion(setup, true),
                setup -> paxos(setup, 2, 1, true, false));
        for (var system : systems) {
            var run = exploring(system).losses(1).duplications(1).graph();
            var remembered = exploring(system)
                    .losses(1)
                    .duplications(1)
                    .stepsAreRemembered()
                    .graph();
            assertThat(remembered.size()).isEqualTo(run.size()).isGreaterThan(10);
            assertThat(remembered.edges()).isEqualTo(run.edges());
            assertThat(keys(remembered, true)).hasSameSizeAs(keys(run, true));
        }
    }

    @Test
    void rememberedStepsFindTheSameShortestCounterexample() {
        List<Consumer<Setup>> systems = List.of(
                setup -> twoPhaseCommit(setup, false),
                setup -> mutualExclusion(setup, false),
                setup -> paxos(setup, 2, 2, false, false));
        for (var system : systems) {
            var run = exploring(system).explore().counterexample().orElseThrow();
            var remembered = exploring(system)
                    .stepsAreRemembered()
                    .explore()
                    .counterexample()
                    .orElseThrow();
            assertThat(remembered.isShortest()).isTrue();
            assertThat(remembered.steps()).hasSameSizeAs(run.steps());
            assertThat(remembered.property()).isEqualTo(run.property());
        }
    }

    @Test
    void anActorThatReportsLessThanItsStateIsRefused() {
        Explorer silent = exploring(setup -> {
                    setup.statesAreReported();
                    var node = setup.node(
                            "n",
                            any -> Behaviors.<TwoPhaseCommit.Prepare>setup(context -> {
                                var heard = new AtomicInteger();
                                return Behaviors.receiveMessage(prepare -> {
                                    if (heard.incrementAndGet() == 3) {
                                        any.state("done", heard.get());
                                    }
                                    return Behaviors.same();
                                });
                            }));
                    for (int i = 0; i < 5; i++) {
                        setup.send("c", node, new TwoPhaseCommit.Prepare());
                    }
                })
                .stepsAreRemembered();
        assertThatThrownBy(silent::explore).hasMessageContaining("depends on more than it reports");
    }

    @Test
    void stepsAreNotRememberedWithCrashesOrWithoutReports() {
        assertThatThrownBy(() -> exploring(setup -> twoPhaseCommit(setup, true))
                        .crashes(1)
                        .stepsAreRemembered()
                        .explore())
                .hasMessageContaining("depends on who is up");
        assertThatThrownBy(() -> exploring(setup -> setup.node("n", any -> Behaviors.ignore()))
                        .stepsAreRemembered()
                        .explore())
                .hasMessageContaining("say statesAreReported()");
    }

    private static Set<StateGraph.Key> keys(StateGraph graph, boolean onlyFinal) {
        return graph.all().stream()
                .filter(state -> !onlyFinal || state.isFinal())
                .map(state -> state.key)
                .collect(Collectors.toSet());
    }

    @Test
    void withoutReportsStatesAreToldApartByWhatTheirNodesHandled() {
        var heard = new AtomicInteger();
        var report = exploring(setup -> {
                    var node = setup.node(
                            "n",
                            any -> Behaviors.<TwoPhaseCommit.Prepare>receiveMessage(prepare -> {
                                heard.incrementAndGet();
                                return Behaviors.same();
                            }));
                    setup.send("c1", node, new TwoPhaseCommit.Prepare());
                    setup.send("c2", node, new TwoPhaseCommit.Prepare());
                })
                .explore();
        report.assertExhausted();
        assertThat(report.states())
                .as("nothing, one of them, both in either order")
                .isEqualTo(5);
        assertThat(heard).hasPositiveValue();
    }

    @Test
    void aNodeThatRestartsIsFoundAgainByItsPeers() {
        var report = exploring(setup -> {
                    twoPhaseCommit(setup, true);
                    setup.eventually("p1 starts again", () -> setup.reported("p1", "state")
                            .isPresent());
                })
                .crashes(1)
                .restarts(1)
                .explore();
        report.assertExhausted();
    }

    @Test
    void aSystemThatDoesNotReplayIsRefused() {
        var calls = new AtomicInteger();
        Explorer drifting = exploring(setup -> {
            setup.statesAreReported();
            twoPhaseCommit(setup, true);
            setup.node("counter", node -> {
                node.state("calls", calls.incrementAndGet());
                return Behaviors.ignore();
            });
        });
        assertThatThrownBy(drifting::explore).hasMessageContaining("the same schedule led to two different states");
    }
}
