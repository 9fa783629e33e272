package io.troupe.pbft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Engine;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.sim.Falls;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.replication.sim.ObservedClients;
import io.troupe.replication.sim.SimulatedServer;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.SimulationFailure;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A group with its clients in a simulation, some of its replicas in the hands of an adversary, and the correct ones
 * watched: after every step that they agree and keep their word, at the end that service comes back and all is there.
 */
final class PbftGroup {

    private static final Duration THINKS = Duration.ofMillis(300);
    static final Duration PATIENCE = Duration.ofSeconds(90);

    static final int CHECKPOINT_INTERVAL = 4;
    static final int WINDOW = 12;

    /** Small limits and short timeouts, so that a short run comes to all of them. */
    private static final String SMALL =
            """
            troupe.pbft {
              tick = 20ms
              view-change-timeout = 600ms
              standing-interval = 100ms
              key-refresh-interval = 1s
              reserve-patience = 60ms
              checkpoint-interval = %d
              window = %d
              pipeline = 4
              max-batch-requests = 4
              max-waiting-requests = 64
              client-silence = 300ms
              client-patience = 5s
              page-bytes = 64
            }
            """
                    .formatted(CHECKPOINT_INTERVAL, WINDOW);

    final Simulation sim;
    final List<String> names;
    final List<String> correct;
    final List<String> traitors;
    final ObservedClients clients = new ObservedClients();
    final Agreement agreement = new Agreement();
    private final ObservedClients clientsOfTraitors = new ObservedClients();
    final InReserve inReserve = new InReserve();
    final TakenBack takenBack = new TakenBack();
    private final KnowsWhatItForgot knowsWhatItForgot = new KnowsWhatItForgot();
    private final List<Inspector> properties = List.of(
            agreement,
            knowsWhatItForgot,
            new ChangedSlots(agreement, new KeepsItsWord(), knowsWhatItForgot),
            new Watermarks(),
            new SameCheckpoints(),
            new NoTentativeCheckpoint(),
            inReserve,
            takenBack);
    private final TreeMap<String, Core> replicas = new TreeMap<>();
    private final TreeMap<String, Node<?>> nodes = new TreeMap<>();
    private final TreeMap<String, Treason> treasons = new TreeMap<>();
    private final TreeMap<String, InMemorySnapshotStorage> storages = new TreeMap<>();
    /** Their operators say so at each start. */
    private final TreeSet<String> wiped = new TreeSet<>();

    private final Falls falls;

    /**
     * @param size 3f+1 or more
     * @param treacherous how many of them are traitors
     */
    PbftGroup(Simulation sim, int size, int treacherous, boolean fastReads) {
        this(sim, size, treacherous, fastReads, false);
    }

    /** @param holdsCommits whenever nobody waits for them */
    PbftGroup(Simulation sim, int size, int treacherous, boolean fastReads, boolean holdsCommits) {
        this(
                sim,
                size,
                any(sim.random("traitors"), size, treacherous),
                "fast-reads = " + fastReads + (holdsCommits ? ", piggybacked-commits-after = 0" : ""));
    }

    private static Set<String> any(RandomGenerator random, int size, int treacherous) {
        TreeSet<String> chosen = new TreeSet<>();
        while (chosen.size() < treacherous) {
            chosen.add("n" + (1 + random.nextInt(size)));
        }
        return chosen;
    }

    /** @param chosen the traitors */
    PbftGroup(Simulation sim, int size, Set<String> chosen, boolean fastReads) {
        this(sim, size, chosen, "fast-reads = " + fastReads);
    }

    /** @param settings below {@code troupe.pbft}, that are not those of the others */
    PbftGroup(Simulation sim, int size, Set<String> chosen, String settings) {
        this(sim, size, chosen, settings, Optional.empty());
    }

    /** Four replicas of a service with stamps. */
    PbftGroup(Simulation sim, int treacherous, AgreedStamps stamps) {
        this(sim, any(sim.random("traitors"), 4, treacherous), stamps);
    }

    /** Four replicas of a service with stamps. */
    PbftGroup(Simulation sim, Set<String> chosen, AgreedStamps stamps) {
        this(sim, 4, chosen, "", Optional.of(stamps));
    }

    private PbftGroup(Simulation sim, int size, Set<String> chosen, String settings, Optional<AgreedStamps> stamps) {
        this.sim = sim;
        this.names = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
        this.traitors = List.copyOf(new TreeSet<>(chosen));
        this.correct = names.stream().filter(name -> !chosen.contains(name)).toList();
        Config config = ConfigFactory.parseString("troupe.pbft { " + settings + " }")
                .withFallback(ConfigFactory.parseString(SMALL))
                .withFallback(ConfigFactory.load());
        PbftSettings limits = PbftSettings.from(config);
        clients.letMachinesBeWoundBack();
        clientsOfTraitors.letMachinesBeWoundBack();
        this.falls = new Falls(sim, clients);
        sim.onNodeDeath(this::onNodeDeath);
        for (String name : names) {
            storages.put(name, new InMemorySnapshotStorage());
            Keys keys = new DealtKeys(name, names);
            boolean isTraitor = chosen.contains(name);
            treasons.put(name, Treason.NONE);
            nodes.put(name, sim.node(name, node -> {
                Engine pbft = new PbftEngine(
                        limits,
                        Objects.requireNonNull(storages.get(name)),
                        keys,
                        wiped.contains(name),
                        node.nanoClock(),
                        isTraitor ? core -> {} : this::observe);
                Engine engine = stamps.map(one -> one.stamping(node, pbft, !isTraitor, this))
                        .orElse(pbft);
                return isTraitor
                        ? SimulatedServer.create(
                                node,
                                names,
                                new TraitorEngine(
                                        engine, keys, node.random("treason"), traitors, () -> treasons.get(name)),
                                THINKS,
                                clientsOfTraitors)
                        : SimulatedServer.create(node, names, engine, THINKS, clients);
            }));
        }
        sim.afterEveryStep("what a group of PBFT promises", clients::throwBroken);
    }

    private void observe(Core core) {
        replicas.put(core.node, core);
        clients.judge(() -> properties.forEach(property -> property.afterStep(core)));
    }

    /** What the traitor does from now on. */
    void turn(String traitor, Treason treason) {
        treasons.put(traitor, treason);
    }

    /** Takes all away that a replica has on its disk; its node is down. */
    void wipe(String name) {
        node(name).wipe();
        storages.put(name, new InMemorySnapshotStorage());
        wiped.add(name);
        replicas.remove(name);
    }

    private void onNodeDeath(Node<?> node) {
        if (traitors.contains(node.name())) {
            falls.restartSoon(node);
        } else {
            falls.onNodeDeath(node);
        }
    }

    /**
     * The network and the nodes are mended, the traitors are not: the group serves again, and brings every correct replica
     * past all that was decided before. (What is decided last may not come to all: a replica that is behind is told by the
     * next checkpoint, or by a view change.)
     */
    void finish() {
        mend();
        long before = clients.writes();
        long decided = agreement.highest();
        await("the group serves again", () -> clients.writes() > before + 5);
        await("all correct replicas come up", () -> haveAllExecuted(decided));
        clients.stop();
        await("no client waits", () -> clients.waiting().isEmpty());
        await("what has prepared commits", () -> correct.stream()
                .noneMatch(name -> replicas.get(name).tentative.isUnderWay()));
        String longest = correct.stream()
                .max(Comparator.comparing(name -> clients.history(name).size()))
                .orElseThrow();
        List<String> history = clients.history(longest);
        for (String name : correct) {
            List<String> other = clients.history(name);
            if (!other.equals(history.subList(0, other.size()))) {
                throw new AssertionError(
                        "the histories of " + longest + " and " + name + " differ: " + history + " and " + other);
            }
        }
        clients.checkComplete(history);
    }

    void mend() {
        new NodeFaults(sim, nodes).mend();
    }

    /** While so, nobody asks for anything new, and from then on hardly anybody reads. */
    void pauseClients(boolean pause) {
        for (ObservedClients some : List.of(clients, clientsOfTraitors)) {
            some.pauseWrites(pause);
            some.readPause(PATIENCE.multipliedBy(100));
        }
    }

    void awaitWrites(int more, Duration patience) {
        int before = clients.writes();
        await(more + " writes are acknowledged", () -> clients.writes() >= before + more, patience);
    }

    private void await(String what, BooleanSupplier reached) {
        await(what, reached, PATIENCE);
    }

    void await(String what, BooleanSupplier reached, Duration patience) {
        try {
            sim.runUntil(reached, patience);
        } catch (SimulationFailure e) {
            clients.throwBroken(); // Then it was not time that ran out.
            throw new AssertionError(
                    what + ": not within " + patience.toSeconds() + " virtual seconds; traitors are " + traitors
                            + ", clients wait at " + clients.waiting() + ", replicas are "
                            + replicas.values().stream()
                                    .map(PbftGroup::describe)
                                    .toList(),
                    e);
        }
    }

    private static String describe(Core core) {
        StringBuilder text = new StringBuilder("\n" + core.status() + " waits for "
                + core.requests.oldest(3).stream().map(core.notary::read).toList() + ", slots");
        core.slots().forEach(slot -> text.append(" ")
                .append(slot.sequence)
                .append(slot.prePrepared().isPresent() ? "p" : "")
                .append(slot.isMarkedPrepared() ? "P" : "")
                .append(slot.awaited().isPresent() ? "?" : "")
                .append(slot.committed().isPresent() ? "C" : ""));
        return text.toString();
    }

    private boolean haveAllExecuted(long sequence) {
        return correct.stream()
                .allMatch(
                        name -> replicas.containsKey(name) && replicas.get(name).executed() >= sequence);
    }

    /** Null from a wipe until it is running again. */
    Core replica(String name) {
        return replicas.get(name);
    }

    Node<?> node(String name) {
        return nodes.get(name);
    }
}
