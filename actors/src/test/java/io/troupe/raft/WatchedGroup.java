package io.troupe.raft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A group with its clients in a simulation, watched: after every step the properties of Figure 3, what clients were
 * promised, that a crashed disk gives back what was taken for durable, and that no replica falls but by its disk; at
 * the end that service comes back, and that all replicas agree.
 */
final class WatchedGroup {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration THINKS = Duration.ofMillis(120);

    /** Two thirds of them under the leader's lease. */
    private static final List<ReadConsistency> READS =
            List.of(ReadConsistency.LINEARIZABLE, ReadConsistency.LEASE, ReadConsistency.LEASE);

    /** Small limits and short timeouts, so that a short run comes to all of them. */
    private static final String SMALL =
            """
            troupe.raft {
              heartbeat-interval = 50ms
              ticks-per-heartbeat = 1
              election-timeout = 300ms
              clock-drift-bound = 1.5
              max-message-bytes = 1 KiB
              max-in-flight-messages = 4
              max-in-flight-bytes = 2 KiB
              max-write-bytes = 1 KiB
              snapshot-entries = 40
              retained-entries = 3
            }
            """;

    final Simulation sim;
    final List<String> names;
    /** Those of the names that keep no state, whenever they are members. */
    final Set<String> witnesses;

    final TreeMap<String, RaftServer> servers = new TreeMap<>();
    final ConfigurationSafety configurations = new ConfigurationSafety();
    final RaftSettings settings;
    final ObservedClients clients = new ObservedClients();
    final TreeMap<String, Node<SimulatedServer.Command>> nodes = new TreeMap<>();
    final TreeMap<String, Replica.Role> roles = new TreeMap<>();
    private final ElectionSafety elections = new ElectionSafety();
    private final List<Inspector> properties = List.of(
            elections,
            configurations,
            new LeaderAppendOnly(),
            new LogMatchingProperty(),
            new LeaderCompleteness(),
            new Votes(),
            new CommitRule(),
            new TransferRules(),
            new WitnessRules(),
            new DurableMeansDurable());

    private final Reached reached;
    private Consumer<String> onCandidate = candidate -> {};

    /** Told each time that a server begins to stand for election. */
    void onCandidate(Consumer<String> action) {
        onCandidate = action;
    }

    WatchedGroup(Simulation sim, int size) {
        this(sim, size, size);
    }

    /** @param founders the first so many begin as voters; the others wait to be added */
    WatchedGroup(Simulation sim, int size, int founders) {
        this(sim, size, founders, Set.of());
    }

    WatchedGroup(Simulation sim, int size, int founders, Set<String> witnesses) {
        this.sim = sim;
        this.witnesses = witnesses;
        this.reached = new Reached(sim);
        this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        Config config = ConfigFactory.parseString(SMALL).withFallback(ConfigFactory.load());
        this.settings = RaftSettings.from(config);
        sim.onNodeDeath(new Falls(sim, clients)::onNodeDeath);
        for (String name : names) {
            var storage = new WatchedSnapshots(sim, new InMemorySnapshotStorage());
            nodes.put(
                    name,
                    sim.node(
                            name,
                            node -> SimulatedServer.create(
                                    node,
                                    names.subList(0, founders),
                                    witnesses,
                                    new RaftEngine(settings, storage, node.nanoClock(), new Observing()),
                                    THINKS,
                                    READS,
                                    clients)));
        }
        sim.afterEveryStep("what a group of Raft promises", clients::throwBroken);
    }

    private final class Observing implements Inspector {
        @Override
        public void afterStep(RaftServer server, Replica.Role role) {
            observe(server, role);
        }

        @Override
        public void beforeCommit(RaftServer server, long index) {
            clients.judge(() -> properties.forEach(property -> property.beforeCommit(server, index)));
            reached.beforeCommit(server, index);
        }
    }

    private void observe(RaftServer server, Replica.Role role) {
        boolean stands = roles.put(server.node, role) != role && role == Replica.Role.CANDIDATE;
        if (stands) {
            onCandidate.accept(server.node);
        }
        servers.put(server.node, server);
        clients.judge(() -> properties.forEach(property -> property.afterStep(server, role)));
        reached.afterStep(server, role);
    }

    /** Everything is mended: the group serves again, and comes to rest in one state. */
    void finish() {
        new NodeFaults(sim, nodes).mend();
        haveAllVote();
        long before = clients.writes();
        await("the group serves again", () -> clients.writes() > before + 5);
        clients.stop();
        await("the group comes to rest", this::isAtRest);
        clients.checkOneHistory(
                names.stream().filter(name -> !witnesses.contains(name)).toList());
    }

    /**
     * Asks again and again: whoever leads may be another each time, and a change that was asked for while links were slow
     * may come about when all had a vote already.
     */
    private void haveAllVote() {
        if (!haveAllAVote()) {
            leader().map(clients::replica)
                    .ifPresent(leader -> leader.tell(new Replica.Reconfigure(
                            changesTo(names), sim.system().deadLetters().unsafeUpcast())));
        }
        sim.after(Duration.ofMillis(500), this::haveAllVote);
    }

    private boolean haveAllAVote() {
        Configuration all = Configuration.of(names, witnesses);
        return servers.values().stream()
                .allMatch(server -> server.configuration().equals(all) && server.isConfigurationCommitted());
    }

    Configuration leadersConfiguration() {
        return leader().map(servers::get).map(RaftServer::configuration).orElse(Configuration.UNKNOWN);
    }

    /** What makes these the voters, from what the leader knows. */
    List<Replica.MemberChange> changesTo(Collection<String> voters) {
        Configuration now = leadersConfiguration();
        List<Replica.MemberChange> changes = new ArrayList<>();
        for (String name : names) {
            if (!voters.contains(name) && now.isMember(name)) {
                changes.add(Replica.MemberChange.remove(name));
            } else if (voters.contains(name) && now.learners().contains(name)) {
                changes.add(Replica.MemberChange.promote(name));
            } else if (voters.contains(name) && !now.isMember(name)) {
                changes.add(addVoter(name));
            }
        }
        return changes;
    }

    /** As what it is hosted. */
    Replica.MemberChange addVoter(String name) {
        return witnesses.contains(name) ? Replica.MemberChange.addWitness(name) : Replica.MemberChange.addVoter(name);
    }

    /** Some server that takes itself for the leader, the latest one if there are more. */
    Optional<String> leader() {
        return roles.entrySet().stream()
                .filter(role -> role.getValue() == Replica.Role.LEADER)
                .map(Map.Entry::getKey)
                .max(Comparator.comparing(name -> servers.get(name).term()));
    }

    /** Has the membership changed, and asks again as long as the refusal is one that passes. */
    Replica.Reply reconfigure(Replica.MemberChange... changes) {
        for (int attempt = 0; attempt < 100; attempt++) {
            sim.runUntil(() -> leader().isPresent(), PATIENCE);
            Replica.Reply reply = sim.<Replica.Request, Replica.Reply>ask(
                    clients.replica(leader().orElseThrow()),
                    replyTo -> new Replica.Reconfigure(List.of(changes), replyTo),
                    PATIENCE);
            boolean passes = reply instanceof Replica.Rejected
                    || (reply instanceof Replica.ReconfigureRefused refused
                            && refused.refusal().isRetryable());
            if (!passes) {
                return reply;
            }
            sim.runFor(Duration.ofMillis(100));
        }
        throw new AssertionError("refused again and again: " + List.of(changes));
    }

    private void await(String what, BooleanSupplier reached) {
        try {
            sim.runUntil(reached, PATIENCE);
        } catch (SimulationFailure e) {
            clients.throwBroken(); // Then it was not time that ran out.
            List<String> found = new ArrayList<>();
            servers.forEach((name, server) -> found.add(server.status(roles.get(name)) + " at "
                    + server.log().last() + ", peers " + server.voters().size() + ", " + server.configuration()));
            throw new AssertionError(
                    what + ": not within " + PATIENCE.toSeconds() + " virtual seconds; clients wait at "
                            + clients.waiting() + ", servers are " + found,
                    e);
        }
    }

    /** No client waits, one leads, and all have applied all that it has. */
    private boolean isAtRest() {
        if (!clients.waiting().isEmpty() || servers.size() < names.size() || !haveAllAVote()) {
            return false;
        }
        TreeSet<Long> indexes = new TreeSet<>();
        for (RaftServer server : servers.values()) {
            indexes.add(server.appliedIndex());
            indexes.add(server.log().lastIndex());
        }
        return indexes.size() == 1 && roles.containsValue(Replica.Role.LEADER);
    }

    int terms() {
        return elections.terms();
    }

    Replica.Status status(String name) {
        return sim.<Groups.Command, Groups.Statuses>ask(clients.hosts().get(name), Groups.ListStatus::new, PATIENCE)
                .groups()
                .get(0);
    }

    String agreedLeader() {
        return names.stream()
                .filter(name -> status(name).role() == Replica.Role.LEADER)
                .findFirst()
                .orElseThrow();
    }
}
