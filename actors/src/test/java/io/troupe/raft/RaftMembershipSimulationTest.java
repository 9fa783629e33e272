package io.troupe.raft;

import static io.troupe.replication.Replica.MemberChange.addLearner;
import static io.troupe.replication.Replica.MemberChange.addVoter;
import static io.troupe.replication.Replica.MemberChange.promote;
import static io.troupe.replication.Replica.MemberChange.remove;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Replica;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;

/** Whole groups in virtual time, with clients, whose members come and go (§6; thesis §4). */
class RaftMembershipSimulationTest {

    private static void isDone(Replica.Reply reply, String... voters) {
        assertThat(reply).isInstanceOfSatisfying(Replica.Reconfigured.class, done -> assertThat(
                        done.members().voters())
                .containsExactly(voters));
    }

    private static void serves(WatchedGroup group) {
        group.sim.runUntil(() -> group.leader().isPresent(), WatchedGroup.PATIENCE);
        int before = group.clients.writes();
        group.sim.runUntil(() -> group.clients.writes() > before + 3, WatchedGroup.PATIENCE);
    }

    @SimulationTest(seeds = 10)
    void oneServerGrowsToThreeThatServeWithoutIt(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3, 1);
        serves(group);
        for (String node : List.of("n2", "n3")) {
            isInstanceOfReconfigured(group.reconfigure(addLearner(node)));
            isInstanceOfReconfigured(group.reconfigure(promote(node)));
        }
        isDone(group.reconfigure(remove("n1")), "n2", "n3");
        sim.runUntil(() -> group.leader().filter(leader -> !leader.equals("n1")).isPresent(), WatchedGroup.PATIENCE);
        group.nodes.get("n1").crash();
        serves(group);
        group.finish();
    }

    private static void isInstanceOfReconfigured(Replica.Reply reply) {
        assertThat(reply).isInstanceOf(Replica.Reconfigured.class);
    }

    @SimulationTest(seeds = 10)
    void threeServersAreReplacedByThreeOthersAtOnce(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 6, 3);
        serves(group);
        isDone(
                group.reconfigure(
                        remove("n1"), remove("n2"), remove("n3"), addVoter("n4"), addVoter("n5"), addVoter("n6")),
                "n4",
                "n5",
                "n6");
        sim.runUntil(
                () -> group.leader().filter(List.of("n4", "n5", "n6")::contains).isPresent(), WatchedGroup.PATIENCE);
        for (String gone : List.of("n1", "n2", "n3")) {
            group.nodes.get(gone).crash();
        }
        serves(group);
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aRemovedServerThatNeverHeardOfItDisturbsNobody(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 4);
        serves(group);
        String leader = group.leader().orElseThrow();
        String removed = leader.equals("n4") ? "n3" : "n4";
        sim.isolate(removed);
        assertThat(group.reconfigure(remove(removed))).isInstanceOf(Replica.Reconfigured.class);
        sim.runFor(Duration.ofSeconds(5));
        long term = group.servers.get(group.leader().orElseThrow()).term();
        sim.heal();
        sim.runFor(Duration.ofSeconds(10));
        assertThat(group.servers.get(group.leader().orElseThrow()).term()).isEqualTo(term); // thesis §4.2.3
        assertThat(group.servers.get(removed).configuration().isVoter(removed)).isTrue();
        group.finish();
    }

    /** The request took as long as messages here may take: seeds 1270, 1415 and 1582 of {@link AllFaults}, once. */
    @SimulationTest(seeds = 10)
    void aChangeThatComesWhenAllIsMendedIsUndoneBeforeTheEnd(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 5);
        serves(group);
        sim.after(Duration.ofMillis(1), () -> group.clients
                .replica(group.leader().orElseThrow())
                .tell(new Replica.Reconfigure(
                        List.of(remove("n3"), remove("n4")),
                        sim.system().deadLetters().unsafeUpcast())));
        group.finish();
        assertThat(group.configurations.joint()).isPositive();
    }

    @SimulationTest(seeds = 10)
    void theLastOfFiveGoesOnAloneAndGrowsAgain(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 5);
        serves(group);
        String last = group.leader().orElseThrow();
        isDone(group.reconfigure(group.changesTo(List.of(last)).toArray(Replica.MemberChange[]::new)), last);
        group.nodes.forEach((name, node) -> {
            if (!name.equals(last)) {
                node.crash();
            }
        });
        serves(group);
        group.finish();
    }
}
