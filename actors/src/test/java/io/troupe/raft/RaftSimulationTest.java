package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Whole groups in virtual time, with clients, while nodes crash, pause, and are cut off: the five properties of Figure 3
 * after every step, and what clients were promised at the end.
 */
class RaftSimulationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Small limits, so that a short run comes to all of them. */
    private static final String SMALL =
            """
            troupe.raft {
              max-message-bytes = 1 KiB
              max-in-flight-messages = 4
              max-in-flight-bytes = 2 KiB
              max-write-bytes = 1 KiB
              snapshot-entries = 40
              retained-entries = 3
            }
            """;

    private static final class Group {
        final Simulation sim;
        final List<String> names;
        final ObservedClients clients = new ObservedClients();
        final ElectionSafety elections = new ElectionSafety();
        final LeaderCompleteness completeness = new LeaderCompleteness();
        final TreeMap<String, Node<SimulatedServer.Command>> nodes = new TreeMap<>();
        final TreeMap<String, Replica.Role> roles = new TreeMap<>();
        private final List<Witness> properties =
                List.of(elections, new LeaderAppendOnly(), new LogMatchingProperty(), completeness);
        private AssertionError broken;

        Group(Simulation sim, int size) {
            this.sim = sim;
            this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
            Config config = ConfigFactory.parseString(SMALL).withFallback(ConfigFactory.load());
            RaftSettings settings = RaftSettings.from(config);
            for (String name : names) {
                var storage = new InMemorySnapshotStorage();
                nodes.put(
                        name,
                        sim.node(
                                name,
                                node -> SimulatedServer.create(
                                        node, names, settings, storage, clients, this::observe)));
            }
            sim.afterEveryStep("the properties of Figure 3", () -> {
                if (broken != null) {
                    throw broken;
                }
            });
        }

        /** An assertion inside an actor would only stop that actor: it is kept for the simulation to find. */
        private void observe(RaftServer server, Replica.Role role) {
            roles.put(server.node, role);
            try {
                properties.forEach(property -> property.afterStep(server, role));
            } catch (AssertionError e) {
                broken = e;
            }
        }

        void finish() {
            sim.heal();
            sim.network(NetworkConditions.good());
            nodes.values().forEach(node -> {
                if (!node.isUp()) {
                    node.restart();
                } else if (node.isPaused()) {
                    node.resume();
                }
            });
            long before = clients.writes();
            sim.runUntil(() -> clients.writes() > before + 5, PATIENCE);
            clients.stop();
            sim.runFor(Duration.ofSeconds(8));
            List<Replica.Status> statuses = names.stream().map(this::status).toList();
            for (Replica.Status status : statuses) {
                assertThat(status.role()).as("%s", statuses).isNotEqualTo(Replica.Role.DOWN);
                assertThat(status.appliedIndex())
                        .as("%s", statuses)
                        .isEqualTo(statuses.get(0).appliedIndex());
                assertThat(clients.history(status.node()).equals(clients.history(names.get(0))))
                        .as("%s has the history of %s", status.node(), names.get(0))
                        .isTrue();
            }
            clients.checkComplete(clients.history(names.get(0)));
        }

        Replica.Status status(String name) {
            return sim.<Groups.Command, Groups.Statuses>ask(clients.hosts().get(name), Groups.ListStatus::new, PATIENCE)
                    .groups()
                    .get(0);
        }
    }

    @SimulationTest(seeds = 60)
    void threeNodesKeepEveryPromiseThroughCrashesCutsAndPauses(Simulation sim) {
        Group group = new Group(sim, 3);
        scheduleFaults(group, sim.random("faults"), Duration.ofSeconds(25));
        sim.runFor(Duration.ofSeconds(25));
        group.finish();
        assertThat(group.clients.reads()).isPositive();
    }

    @SimulationTest(seeds = 20)
    void fiveNodesKeepEveryPromiseThroughCrashesCutsAndPauses(Simulation sim) {
        Group group = new Group(sim, 5);
        scheduleFaults(group, sim.random("faults"), Duration.ofSeconds(20));
        sim.runFor(Duration.ofSeconds(20));
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aLossyNetworkThatRepeatsMessagesOnlySlowsTheGroup(Simulation sim) {
        Group group = new Group(sim, 3);
        sim.network(NetworkConditions.good().withLoss(0.1).withDuplication(0.1));
        sim.runFor(Duration.ofSeconds(15));
        assertThat(group.clients.writes()).isPositive();
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aFollowerThatOnlyHearsDoesNotDisturbItsLeader(Simulation sim) {
        Group group = new Group(sim, 3);
        sim.runUntil(() -> group.roles.containsValue(Replica.Role.LEADER), PATIENCE);
        sim.runFor(Duration.ofSeconds(2));
        String leader = leader(group);
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
        assertThat(leader(group)).isEqualTo(leader);
        group.finish();
    }

    @SimulationTest(seeds = 10)
    void aLeaderThatNobodyAnswersIsReplacedAlthoughItIsHeard(Simulation sim) {
        Group group = new Group(sim, 3);
        sim.runUntil(() -> group.clients.writes() > 3, PATIENCE);
        String leader = leader(group);
        group.names.stream().filter(name -> !name.equals(leader)).forEach(name -> sim.cut(name, leader));
        sim.runUntil(() -> group.roles.get(leader) != Replica.Role.LEADER, Duration.ofSeconds(5));
        sim.runUntil(
                () -> group.roles.entrySet().stream()
                        .anyMatch(role -> role.getValue() == Replica.Role.LEADER
                                && !role.getKey().equals(leader)),
                PATIENCE);
        group.finish();
    }

    private static String leader(Group group) {
        return group.names.stream()
                .filter(name -> group.status(name).role() == Replica.Role.LEADER)
                .findFirst()
                .orElseThrow();
    }

    private static void scheduleFaults(Group group, RandomGenerator random, Duration until) {
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

    private static void begin(Group group, int kind, String victim, RandomGenerator random) {
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

    private static void end(Group group, int kind, String victim) {
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

    private static void transfer(Group group, String victim) {
        ActorRef<Replica.Request> replica = group.clients.replica(victim);
        if (replica != null) {
            replica.tell(new Replica.TransferLeadership(
                    Optional.empty(), group.sim.system().deadLetters().unsafeUpcast()));
        }
    }
}
