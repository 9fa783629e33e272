package io.troupe.chain;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
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
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A chain with its clients in a simulation, watched: after every step the paper's invariants, what clients were promised, and
 * that no replica falls but by its disk; at the end that service comes back, and that all replicas agree.
 */
final class WatchedChain {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Small limits and short timeouts, so that a short run comes to all of them. */
    private static final String SMALL =
            """
            troupe.chain {
              heartbeat-interval = 50ms
              failure-timeout = 400ms
              lease = 400ms
              max-clock-drift = 0.2
              max-message-bytes = 1 KiB
              max-messages-under-way = 4
              max-write-bytes = 1 KiB
              snapshot-entries = 40
              retained-entries = 3
            }
            troupe.raft {
              heartbeat-interval = 50ms
              election-timeout = 300ms
            }
            """;

    private static final int FOUNDERS = 3;

    final Simulation sim;
    final List<String> names;
    private final List<String> founders;
    final ObservedClients clients = new ObservedClients();
    final TreeMap<String, Node<SimulatedServer.Command>> nodes = new TreeMap<>();
    final TreeMap<String, ChainServer> servers = new TreeMap<>();
    final UpdatePropagation updatePropagation = new UpdatePropagation();
    private final InprocessRequests inprocessRequests = new InprocessRequests();
    private final MembersOnly membersOnly = new MembersOnly();
    private Configuration latest;
    private long handOvers;
    private long memberships;

    /** @param growing three nodes found the group, the others come to it: a run may change who its members are */
    WatchedChain(Simulation sim, int size, Arrangement arrangement, boolean growing) {
        this.sim = sim;
        this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        this.founders = growing ? names.subList(0, FOUNDERS) : names;
        this.latest = Configuration.founding(founders);
        Config config = ConfigFactory.parseString("troupe.chain.arrangement = " + arrangement.title())
                .withFallback(ConfigFactory.parseString(SMALL))
                .withFallback(ConfigFactory.load());
        ChainSettings settings = ChainSettings.from(config);
        RaftSettings ofTheMaster = RaftSettings.from(config);
        sim.onNodeDeath(new Falls(sim, clients)::onNodeDeath);
        for (String name : names) {
            var storage = new InMemorySnapshotStorage();
            var masterStorage = new InMemorySnapshotStorage();
            nodes.put(
                    name,
                    sim.node(
                            name,
                            node -> SimulatedServer.create(
                                    node,
                                    founders.contains(name) ? founders : lately(name),
                                    new ChainEngine(
                                            settings,
                                            storage,
                                            new RaftEngine(ofTheMaster, masterStorage, node.nanoClock()),
                                            false,
                                            node.nanoClock(),
                                            this::observe),
                                    Duration.ofMillis(120),
                                    List.of(ReadConsistency.LINEARIZABLE, ReadConsistency.LEASE),
                                    clients)));
        }
        sim.afterEveryStep("what a chain promises", clients::throwBroken);
    }

    /** What a host says who comes to a group later: of who founded it, it knows nothing. */
    private List<String> lately(String node) {
        return names.stream().filter(name -> !name.equals(node)).toList();
    }

    /** How often another was the head in an epoch, and the one before was still in the chain. */
    long handOvers() {
        return handOvers;
    }

    /** How often the members were others than before. */
    long memberships() {
        return memberships;
    }

    /** The latest that any server knows of. */
    Configuration latest() {
        return latest;
    }

    private void observe(ChainServer server) {
        servers.put(server.node, server);
        Configuration now = server.configuration();
        if (now.epoch() > latest.epoch()) {
            boolean isNext = now.epoch() == latest.epoch() + 1;
            memberships += now.members().equals(latest.members()) ? 0 : 1;
            handOvers += isNext && !now.head().equals(latest.head()) && now.hasMember(latest.head()) ? 1 : 0;
            latest = now;
        }
        clients.judge(() -> {
            updatePropagation.afterStep(server);
            inprocessRequests.afterStep(server);
            membersOnly.afterStep(server);
            if (server.epochs.hasLost()) {
                throw new AssertionError(server.node + " takes its disk for one that has lost what it held");
            }
        });
    }

    /** Everything is mended: the group serves again, and comes to rest in one state. */
    void finish() {
        new NodeFaults(sim, nodes).mend();
        haveAllBeMembers();
        long before = clients.writes();
        await("the group serves again", () -> clients.writes() > before + 5);
        clients.stop();
        await("the group comes to rest", this::isAtRest);
        clients.checkOneHistory(names);
    }

    /** Asks again and again: a change that was asked for earlier may come late. */
    private void haveAllBeMembers() {
        List<Replica.MemberChange> changes = changesTo(names);
        if (!changes.isEmpty()) {
            clients.replica(latest.head())
                    .tell(new Replica.Reconfigure(
                            changes, sim.system().deadLetters().unsafeUpcast()));
        }
        sim.after(Duration.ofMillis(500), this::haveAllBeMembers);
    }

    /** What makes these the voters, by the latest that any server knows of. */
    List<Replica.MemberChange> changesTo(Collection<String> voters) {
        return Chosen.changes(names, members(), voters);
    }

    Replica.Members members() {
        return latest.membersOr(founders);
    }

    private void await(String what, BooleanSupplier reached) {
        try {
            sim.runUntil(reached, PATIENCE);
        } catch (SimulationFailure e) {
            clients.throwBroken(); // Then it was not time that ran out.
            List<String> found = new ArrayList<>();
            servers.forEach((name, server) -> found.add(server.status() + " acts in " + server.epoch() + ", knows "
                    + server.configuration() + ", durable " + server.durable() + ", history to "
                    + server.history().lastIndex()));
            throw new AssertionError(
                    what + ": not within " + PATIENCE.toSeconds() + " virtual seconds; clients wait at "
                            + clients.waiting() + ", replicas are " + found,
                    e);
        }
    }

    /** No client waits, all are in the chain, and all have applied all that there is. */
    private boolean isAtRest() {
        TreeSet<Long> indexes = new TreeSet<>();
        boolean allActive = servers.size() == names.size()
                && servers.values().stream().allMatch(server -> {
                    indexes.add(server.applied());
                    indexes.add(server.history().lastIndex());
                    return server.isActive() && server.configuration().chain().size() == names.size();
                });
        return clients.waiting().isEmpty() && allActive && indexes.size() == 1;
    }
}
