package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Replica;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Whole groups in virtual time, with clients, while nodes crash, pause, and are cut off: the five properties of Figure 3
 * after every step, and what clients were promised at the end.
 */
class RaftSimulationTest {

    private static final Duration PATIENCE = WatchedGroup.PATIENCE;

    @SimulationTest(seeds = 30)
    void threeNodesKeepEveryPromiseThroughCrashesCutsAndPauses(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3);
        scheduleFaults(group, sim.random("faults"), Duration.ofSeconds(25));
        sim.runFor(Duration.ofSeconds(25));
        group.finish();
        assertThat(group.clients.reads()).isPositive();
    }

    @SimulationTest(seeds = 10)
    void aLossyNetworkThatRepeatsMessagesOnlySlowsTheGroup(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3);
        sim.network(NetworkConditions.good().withLoss(0.1).withDuplication(0.1));
        sim.runFor(Duration.ofSeconds(15));
        assertThat(group.clients.writes()).isPositive();
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aFollowerThatOnlyHearsDoesNotDisturbItsLeader(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3);
        sim.runUntil(() -> group.roles.containsValue(Replica.Role.LEADER), PATIENCE);
        sim.runFor(Duration.ofSeconds(2));
        String leader = group.agreedLeader();
        String follower = group.names.stream()
                .filter(name -> !name.equals(leader))
                .findFirst()
                .orElseThrow();
        long term = group.status(leader).term();
        sim.isolate(follower);
        sim.runFor(Duration.ofSeconds(10));
        sim.heal();
        sim.runFor(Duration.ofSeconds(5));
        assertThat(group.status(follower).term()).isEqualTo(term); // thesis §9.6
        assertThat(group.agreedLeader()).isEqualTo(leader);
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aLeaderThatNobodyAnswersIsReplacedAlthoughItIsHeard(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3);
        sim.runUntil(() -> group.clients.writes() > 3, PATIENCE);
        String leader = group.agreedLeader();
        group.names.stream().filter(name -> !name.equals(leader)).forEach(name -> sim.cut(name, leader));
        sim.runUntil(() -> group.roles.get(leader) != Replica.Role.LEADER, Duration.ofSeconds(5));
        sim.runUntil(
                () -> group.roles.entrySet().stream()
                        .anyMatch(role -> role.getValue() == Replica.Role.LEADER
                                && !role.getKey().equals(leader)),
                PATIENCE);
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void leadershipGoesToTheNamedNodeWithoutAnElectionTimeout(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 3);
        sim.runUntil(() -> group.clients.writes() > 3, PATIENCE);
        String leader = group.agreedLeader();
        String target = group.names.stream()
                .filter(name -> !name.equals(leader))
                .findFirst()
                .orElseThrow();
        Duration limit = group.settings.electionTimeout().dividedBy(2);
        Replica.Reply reply = sim.<Replica.Request, Replica.Reply>ask(
                group.clients.replica(leader),
                replyTo -> new Replica.TransferLeadership(Optional.of(target), replyTo),
                limit);
        assertThat(reply).isInstanceOf(Replica.LeadershipTransferred.class);
        sim.runUntil(() -> group.roles.get(target) == Replica.Role.LEADER, limit);
        group.finish();
    }

    private static void scheduleFaults(WatchedGroup group, RandomGenerator random, Duration until) {
        long at = 2_000;
        while (at < until.toMillis()) {
            at += random.nextLong(200, 2_500);
            String victim = group.names.get(random.nextInt(group.names.size()));
            int kind = random.nextInt(6);
            long lasts = random.nextLong(50, 3_000);
            group.sim.after(Duration.ofMillis(at), () -> begin(group, kind, victim, random));
            group.sim.after(Duration.ofMillis(at + lasts), () -> end(group, kind, victim));
        }
    }

    private static void begin(WatchedGroup group, int kind, String victim, RandomGenerator random) {
        Node<?> node = group.nodes.get(victim);
        switch (kind) {
            case 0, 1 -> {
                if (node.isUp()) {
                    node.crash();
                }
            }
            case 2 -> group.sim.isolate(victim);
            case 3 -> group.sim.cut(victim, group.names.get(random.nextInt(group.names.size())));
            case 4 -> {
                if (node.isUp() && !node.isPaused()) {
                    node.pause();
                }
            }
            default -> transfer(group, victim);
        }
    }

    private static void end(WatchedGroup group, int kind, String victim) {
        Node<?> node = group.nodes.get(victim);
        switch (kind) {
            case 0, 1 -> {
                if (!node.isUp()) {
                    node.restart();
                }
            }
            case 2, 3 -> group.sim.heal();
            case 4 -> {
                if (node.isPaused()) {
                    node.resume();
                }
            }
            default -> {}
        }
    }

    private static void transfer(WatchedGroup group, String victim) {
        ActorRef<Replica.Request> replica = group.clients.replica(victim);
        if (replica != null) {
            replica.tell(new Replica.TransferLeadership(
                    Optional.empty(), group.sim.system().deadLetters().unsafeUpcast()));
        }
    }
}
