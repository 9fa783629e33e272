package io.troupe.paxos;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.sim.Chosen;
import io.troupe.replication.sim.Falls;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.replication.sim.ObservedClients;
import io.troupe.replication.sim.SimulatedServer;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A group with its clients in a simulation, watched: after every step what the papers promise, what clients were promised,
 * and that no replica falls but by its disk; at the end that service comes back, and that all replicas agree.
 */
final class WatchedPaxosGroup {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** At the nodes that are none of the founders: the group has its own. */
    private static final String FOUNDS_WITH_ANOTHER_WINDOW = "troupe.paxos.window = 50";

    /** Small limits and short timeouts, so that a short run comes to all of them. */
    private static final String SMALL =
            """
            troupe.paxos {
              heartbeat-interval = 50ms
              ticks-per-heartbeat = 1
              election-timeout = 300ms
              lease = 300ms
              max-clock-drift = 0.2
              window = 8
              max-message-bytes = 1 KiB
              max-write-bytes = 1 KiB
              snapshot-entries = 40
              retained-entries = 3
            }
            """;

    final Simulation sim;
    final List<String> names;
    final PaxosSettings settings;
    final ObservedClients clients = new ObservedClients();
    final TreeMap<String, Node<SimulatedServer.Command>> nodes = new TreeMap<>();
    final TreeMap<String, PaxosServer> servers = new TreeMap<>();
    final TreeMap<String, Role> roles = new TreeMap<>();
    final TreeMap<String, Integer> journals = new TreeMap<>();
    private final TreeMap<String, InMemorySnapshotStorage> storages = new TreeMap<>();
    /** Those whose journal may be damaged. */
    private final TreeSet<String> rotten = new TreeSet<>();
    /** Those that were told that they have lost their data; as the setting may, it stays. */
    private final TreeSet<String> told = new TreeSet<>();

    int damaged;
    final OneValueAnInstance decided;
    final LearnersHaveCaughtUp learners = new LearnersHaveCaughtUp();
    final BallotsAreUsedOnce ballots = new BallotsAreUsedOnce();
    private final List<Witness> properties;
    private final Falls falls;

    /** @param founders the first so many begin as acceptors; the others wait to be added */
    WatchedPaxosGroup(Simulation sim, int size, int founders, String hocon) {
        this.sim = sim;
        this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        Config config = ConfigFactory.parseString(hocon)
                .withFallback(ConfigFactory.parseString(SMALL))
                .withFallback(ConfigFactory.load());
        this.settings = PaxosSettings.from(config);
        PaxosSettings ofJoiners = PaxosSettings.from(
                ConfigFactory.parseString(FOUNDS_WITH_ANOTHER_WINDOW).withFallback(config));
        this.decided = new OneValueAnInstance(Membership.founding(
                new TreeSet<>(names.subList(0, founders)), settings.phase2Quorum(), settings.window()));
        this.properties = List.of(
                new SeenVotes(List.of(
                        new PromiseIsKept(), new OneDecreeABallot(), decided, new AcceptorNeverForgets(), learners)),
                ballots,
                new OneMaster(),
                new WindowIsKept());
        this.falls = new Falls(sim, clients);
        sim.onNodeDeath(this::onNodeDeath);
        for (String name : names) {
            storages.put(name, new InMemorySnapshotStorage());
            nodes.put(
                    name,
                    sim.node(
                            name,
                            node -> SimulatedServer.create(
                                    node,
                                    names.subList(0, founders),
                                    new PaxosEngine(
                                            names.indexOf(name) < founders ? settings : ofJoiners,
                                            storages.get(name),
                                            told.contains(name),
                                            node.nanoClock(),
                                            this::observe,
                                            id -> id + "/" + journals.getOrDefault(name, 0)),
                                    Duration.ofMillis(120),
                                    List.of(ReadConsistency.LINEARIZABLE, ReadConsistency.LEASE),
                                    clients)));
        }
        sim.afterEveryStep("what a group of Multi-Paxos promises", clients::throwBroken);
    }

    private void observe(PaxosServer server, Role role) {
        servers.put(server.node, server);
        roles.put(server.node, role);
        clients.judge(() -> properties.forEach(property -> property.afterStep(server, role)));
    }

    /** A replica may fall when its disk is damaged, too; then that is told, and all it had is moved away. */
    private void onNodeDeath(Node<?> node) {
        if (rotten.remove(node.name())) {
            damaged++;
            moveAway(node.name());
            falls.restartSoon(node);
        } else {
            falls.onNodeDeath(node);
        }
    }

    /** The node crashes, and when it comes back its journal is empty; its snapshots are there. */
    void loseJournal(String name, Duration away) {
        restart(name, away, () -> journals.merge(name, 1, Integer::sum));
    }

    /** The node crashes, and when it comes back it has nothing of what it had, and was told so. */
    void loseData(String name, Duration away) {
        restart(name, away, () -> moveAway(name));
    }

    private void moveAway(String name) {
        journals.merge(name, 1, Integer::sum);
        storages.put(name, new InMemorySnapshotStorage());
        told.add(name);
    }

    /** A bit of the node's journal flips, and it crashes: it cannot start any more, unless that part was not needed. */
    void damageJournal(String name, Duration away) {
        restart(name, away, () -> nodes.get(name).rot().ifPresent(what -> rotten.add(name)));
    }

    private void restart(String name, Duration away, Runnable meanwhile) {
        Node<?> node = nodes.get(name);
        if (node.isUp()) {
            node.crash();
            meanwhile.run();
            sim.after(away, () -> {
                if (!node.isUp()) {
                    node.restart();
                }
            });
        }
    }

    Optional<String> leader() {
        return roles.entrySet().stream()
                .filter(role -> role.getValue().name() == Replica.Role.LEADER)
                .map(Map.Entry::getKey)
                .max(Comparator.comparing(name -> servers.get(name).pledge().promised()));
    }

    /** Everything is mended: the group serves again, and comes to rest in one state. */
    void finish() {
        new NodeFaults(sim, nodes).mend();
        haveAllVote();
        long before = clients.writes();
        await("the group serves again", () -> clients.writes() > before + 5);
        clients.stop();
        await("the group comes to rest", this::isAtRest);
        clients.checkOneHistory(names);
    }

    /** Asks again and again: whoever leads may be another each time, and a change asked for earlier may come late. */
    private void haveAllVote() {
        if (!doAllVote()) {
            leader().map(clients::replica)
                    .ifPresent(leader -> leader.tell(new Replica.Reconfigure(
                            changesTo(names), sim.system().deadLetters().unsafeUpcast())));
        }
        sim.after(Duration.ofMillis(500), this::haveAllVote);
    }

    /** Also each by what its disk holds, which may have been lost. */
    private boolean doAllVote() {
        return servers.size() == names.size()
                && servers.values().stream().allMatch(server -> {
                    Membership latest = server.memberships().latest();
                    return latest.voters().equals(new TreeSet<>(names)) && latest.counts(server.voter());
                });
    }

    /** What makes these the voters, from what the leader knows. */
    List<Replica.MemberChange> changesTo(Collection<String> voters) {
        Membership now = leader().map(servers::get)
                .map(server -> server.memberships().latest())
                .orElse(decided.latest());
        return Chosen.changes(names, now.asMembers(), voters);
    }

    private void await(String what, BooleanSupplier reached) {
        try {
            sim.runUntil(reached, PATIENCE);
        } catch (SimulationFailure e) {
            clients.throwBroken(); // Then it was not time that ran out.
            List<String> found = new ArrayList<>();
            servers.forEach(
                    (name, server) -> found.add(server.status(roles.get(name).name()) + " promised "
                            + server.pledge() + ", log to " + server.log().last() + ", "
                            + server.memberships().latest()));
            throw new AssertionError(
                    what + ": not within " + PATIENCE.toSeconds() + " virtual seconds; clients wait at "
                            + clients.waiting() + ", replicas are " + found,
                    e);
        }
    }

    /** No client waits, one leads, and all have applied all that there is. */
    private boolean isAtRest() {
        if (!clients.waiting().isEmpty() || !doAllVote()) {
            return false;
        }
        TreeSet<Long> indexes = new TreeSet<>();
        for (PaxosServer server : servers.values()) {
            indexes.add(server.appliedIndex());
            indexes.add(server.chosenThrough());
        }
        return indexes.size() == 1
                && roles.values().stream()
                        .anyMatch(role -> role instanceof Leader leader && leader.proposedThrough() == indexes.first());
    }

    @Nullable Role role(String name) {
        return roles.get(name);
    }
}
