package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Replica;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the paper says of a group, each as a story that it goes through; {@link PbftAllFaultsTest} has everything at once. */
@QuietLogs
class PbftPaperTest {

    @SimulationTest(seeds = 5)
    @DisplayName("§4.2: with all replicas correct nobody leaves the view, once they have found each other")
    void normalCase(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        sim.runFor(Duration.ofSeconds(5));
        group.finish();
        assertThat(group.agreement.views()).isEqualTo(view).isLessThanOrEqualTo(1);
        assertThat(group.clients.writes()).isGreaterThan(100);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("while all is well the replica in reserve executes what it does not vote on")
    void inReserve(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(6));
        assertThat(group.inReserve.of(reserve(group))).isGreaterThan(50);
        group.finish();
    }

    /**
     * In every twentieth seed, the 13th is the first, the one in reserve has not heard of the last batch before, and fetches a
     * state that reflects it. Then it alone can give the third reply of the three that a client needs, to a request that it
     * has not executed: {@link RecentReplies}.
     */
    @SimulationTest(seeds = 14)
    @DisplayName("one of the preferred quorum is gone: the replica in reserve votes, and nobody leaves the view")
    void goneFromThePreferredQuorum(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(4));
        long view = group.agreement.views();
        int before = group.clients.writes();
        assertThat(group.inReserve.of(reserve(group))).isGreaterThan(20);
        Membership members = group.replica("n1").members;
        group.node(members.primary(view + 1)).crash();
        sim.runFor(Duration.ofSeconds(4));
        assertThat(group.clients.writes()).isGreaterThan(before + 50);
        assertThat(group.agreement.views()).isEqualTo(view);
        group.finish();
    }

    private static String reserve(PbftGroup group) {
        return group.replica("n1").members.primary(group.agreement.views() + 3);
    }

    @SimulationTest(
            seeds = 20,
            expects = {PbftPreparedAlone.TAKEN_BACK},
            failsOnUnreached = true)
    @DisplayName("§5.1: what prepared at one replica alone is taken back there, when a view begins without it")
    void preparedAlone(Simulation sim) {
        new PbftPreparedAlone().accept(sim);
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "§5.1: while all is well whatever is executed is executed tentatively first, and nothing is taken back")
    void tentativeExecution(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(5));
        assertThat(group.takenBack.executed()).isGreaterThan(2 * (int) group.agreement.highest());
        assertThat(group.takenBack.takenBack()).isZero();
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "while all is well commits that travel with votes are late by two ticks at most: nobody in reserve is called to vote")
    void piggybackedCommits(Simulation sim) {
        new PbftHeldCommits().accept(sim);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("troupe.pbft.tentative-execution = off: the group serves as well")
    void withoutTentativeExecution(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), "tentative-execution = off");
        sim.runFor(Duration.ofSeconds(5));
        group.finish();
        assertThat(group.takenBack.executed()).isZero();
        assertThat(group.clients.writes()).isGreaterThan(100);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.4: a primary that says nothing is replaced")
    void silentPrimary(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n1"), true);
        sim.runFor(Duration.ofSeconds(1));
        group.turn("n1", Treason.MUTE);
        sim.runFor(Duration.ofSeconds(5));
        group.finish();
        assertThat(group.replica("n3").status().leader()).isPresent().get().isNotEqualTo("n1");
    }

    @SimulationTest(seeds = 5)
    @DisplayName("a primary that is back from a crash gives up its view, and nobody waits until its time has run out")
    void primaryBackFromACrash(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        String primary = group.replica("n1").members.primary(view);
        group.node(primary).crash();
        group.node(primary).restart();
        sim.runFor(Duration.ofMillis(500));
        assertThat(group.agreement.views()).isEqualTo(view + 1);
        int before = group.clients.writes();
        sim.runFor(Duration.ofSeconds(2));
        assertThat(group.clients.writes()).isGreaterThan(before + 20);
        group.finish();
    }

    private static List<String> waiting(PbftGroup group, String node) {
        return group.clients.waiting().stream()
                .filter(request -> request.startsWith(node))
                .toList();
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.4: a replica that left its view alone executes what the others decide, and its clients are served")
    void leftAlone(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        String alone = reserve(group);
        Membership members = group.replica(alone).members;
        members.others(List.of(alone)).forEach(other -> sim.cut(other, alone));
        sim.runFor(Duration.ofSeconds(2));
        long missed = group.agreement.highest();
        sim.heal();
        sim.runFor(Duration.ofSeconds(1));
        List<String> waiting = waiting(group, alone);
        sim.runFor(Duration.ofSeconds(2));
        assertThat(waiting).as("they were answered").noneMatch(waiting(group, alone)::contains);
        Replica.Status status = group.replica(alone).status();
        assertThat(status.role()).isEqualTo(Replica.Role.CANDIDATE);
        assertThat(status.leader()).contains(members.primary(view));
        assertThat(status.appliedIndex()).isGreaterThan(missed);
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.4: a primary that leaves out one client's requests is replaced, and they are executed")
    void censoringPrimary(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n4"), true);
        group.turn("n4", Treason.MUTE);
        sim.runFor(Duration.ofSeconds(2));
        group.node("n2").crash();
        sim.runFor(Duration.ofSeconds(3));
        group.node("n2").restart();
        group.turn("n4", Treason.CENSORS);
        sim.runFor(Duration.ofSeconds(4));
        group.finish();
        assertThat(group.clients.waiting()).isEmpty();
    }

    @SimulationTest(seeds = 5)
    @DisplayName("a primary that orders as late as it may makes the group slow, but nobody waits for ever")
    void slowPrimary(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n1"), true);
        sim.runFor(Duration.ofSeconds(1));
        int quick = group.clients.writes();
        group.turn("n1", Treason.SLOW);
        sim.runFor(Duration.ofSeconds(10));
        int slow = group.clients.writes() - quick;
        assertThat(slow).isGreaterThan(10);
        group.turn("n1", Treason.NONE);
        group.finish();
    }

    @SimulationTest(seeds = 3)
    @DisplayName(
            "§4.5.2: messages that take longer than there is time for: each view lasts longer, and requests are executed")
    void longDelays(Simulation sim) {
        new PbftLongDelays().accept(sim);
    }

    @SimulationTest(seeds = 5)
    @DisplayName("a replica that votes and replies twenty times changes nothing")
    void floodingReplica(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n4"), true);
        sim.runFor(Duration.ofSeconds(1));
        int before = group.clients.writes();
        group.turn("n4", Treason.FLOODS);
        sim.runFor(Duration.ofSeconds(1));
        assertThat(group.clients.writes() - before).isGreaterThan(before / 2);
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§3: two of four replicas that fall silent stop the group, and when they are back it goes on")
    void moreThanFSilent(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(1));
        sim.partition(Set.of("n1", "n2"), Set.of("n3", "n4"));
        sim.runFor(Duration.ofSeconds(3)); // What was decided before may be answered yet, by one that fetches it.
        int before = group.clients.writes();
        sim.runFor(Duration.ofSeconds(5));
        assertThat(group.clients.writes()).as("by neither half").isEqualTo(before);
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "§4.3, and the thesis on state transfer: a replica far behind fetches the state, although a source lies, and is as the others")
    void stateTransfer(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n1"), true);
        sim.runFor(Duration.ofSeconds(1));
        group.node("n4").crash();
        int before = group.clients.takenOver("n4").size();
        sim.runFor(Duration.ofSeconds(6));
        group.turn("n1", Treason.LIES_ABOUT_STATE);
        group.node("n4").restart();
        sim.runFor(Duration.ofSeconds(3));
        group.finish();
        assertThat(group.clients.takenOver("n4"))
                .as("in its state, and executed by it in no life")
                .hasSizeGreaterThan(before + 20);
    }

    /** A page is as short as may be, so that a fetch of all takes dozens of questions, and a checkpoint four batches. */
    @SimulationTest(seeds = 3)
    @DisplayName(
            "§4.3: a replica comes up under load, although fetching a whole state takes longer than a checkpoint lasts")
    void checkpointsFasterThanAFetch(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), "page-bytes = 16");
        sim.network(NetworkConditions.good().withLatency(Duration.ofMillis(10), Duration.ofMillis(20)));
        sim.runFor(Duration.ofSeconds(1));
        group.node("n4").crash();
        sim.runFor(Duration.ofSeconds(10));
        long missed = group.agreement.highest();
        group.node("n4").restart();
        group.await("it has what it missed", () -> group.replica("n4").executed() >= missed, Duration.ofSeconds(5));
        group.finish();
    }

    @SimulationTest(seeds = 5)
    @DisplayName("all replicas killed at once come back with what they had acknowledged")
    void allKilled(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(2));
        group.names.forEach(name -> group.node(name).crash());
        sim.runFor(Duration.ofSeconds(1));
        group.finish();
        assertThat(group.clients.writes()).isGreaterThan(20);
    }

    @ParameterizedTest(name = "of {0} replicas")
    @ValueSource(ints = {4, 7})
    @DisplayName("§4.4: what has committed in a view has the same number in the next, whichever f replicas are killed")
    void committedSurvives(int size) {
        List<String> names =
                IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        try (Stage stage = Stage.open(ConfigFactory.empty())) {
            for (Set<String> victims : PbftSurvivors.subsets(names, (size - 1) / 3)) {
                for (PbftSurvivors.Moment moment : PbftSurvivors.Moment.values()) {
                    try (Simulation sim = stage.simulate(size)) {
                        new PbftSurvivors(sim, size, victims).play(moment);
                    }
                }
            }
        }
    }

    @SimulationTest(seeds = 5)
    @DisplayName("§4.4: one replica that wants another view all the time moves nobody: it takes f+1")
    void wantsAnotherViewAlone(Simulation sim) {
        new PbftPushed().accept(sim);
    }

    @SimulationTest(seeds = 6)
    @DisplayName("Clement et al.: a client that some replicas can read and others cannot holds nobody up for long")
    void badSeals(Simulation sim) {
        new PbftBadSeals().accept(sim);
    }

    @SimulationTest(seeds = 5)
    @DisplayName(
            "TOCS 2002, key exchanges: keys change while requests go on; nothing goes unread, and nobody leaves the view")
    void keysChange(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        int before = group.clients.writes();
        sim.runFor(Duration.ofSeconds(5));
        for (String name : group.names) {
            SessionKeys keys = group.replica(name).notary.sessionKeys();
            assertThat(keys.announcement().counter()).as("keys of %s", name).isGreaterThanOrEqualTo(6);
            assertThat(keys.unread())
                    .as("messages that %s could not read", name)
                    .isZero();
        }
        assertThat(group.agreement.views()).isEqualTo(view);
        assertThat(group.clients.writes()).isGreaterThan(before + 50);
        group.finish();
    }

    /** That the watchers have teeth: the bound n > 3f is tight. */
    @Test
    @DisplayName("§3: f+1 traitors of 3f+1 replicas can make the correct ones disagree")
    void moreThanFTraitors() {
        int disagreed = 0;
        try (Stage stage = Stage.open(ConfigFactory.empty())) {
            for (long seed = 0; seed < 20 && disagreed == 0; seed++) {
                try (Simulation sim = stage.simulate(seed)) {
                    PbftGroup group = new PbftGroup(sim, 4, Set.of("n1", "n4"), true);
                    group.traitors.forEach(traitor -> group.turn(traitor, Treason.EQUIVOCATES));
                    sim.runFor(Duration.ofSeconds(3));
                } catch (AssertionError e) {
                    disagreed += isOfAgreement(e) ? 1 : 0;
                }
            }
        }
        assertThat(disagreed).isPositive();
    }

    /** And of nothing else that may go wrong then. */
    private static boolean isOfAgreement(Throwable error) {
        String message = String.valueOf(error.getMessage());
        boolean disagree = message.matches("(?s).* (prepared|committed) \\S+ at .*another replica.*");
        return disagree || (error.getCause() != null && isOfAgreement(error.getCause()));
    }
}
