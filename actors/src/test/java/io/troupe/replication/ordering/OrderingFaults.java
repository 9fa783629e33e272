package io.troupe.replication.ordering;

import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * Three replicas and four clients in each of the three ways of §3.2, while one client and perhaps one replica stop, the client in
 * the middle of sending. A client that hears of another's request makes one that is caused by it.
 */
final class OrderingFaults implements Consumer<Simulation> {

    private enum Way {
        LOGICAL_CLOCKS,
        SYNCHRONIZED_CLOCKS,
        REPLICAS_IDENTIFIERS
    }

    private static final List<String> REPLICAS = List.of("r1", "r2", "r3");
    private static final List<String> CLIENTS = List.of("c1", "c2", "c3", "c4");
    private static final Duration FASTEST = Duration.ofMillis(5);
    private static final Duration SLOWEST = Duration.ofMillis(30);
    private static final Duration SKEW = Duration.ofMillis(2);
    private static final Duration TICK = Duration.ofMillis(20);
    /** What is sent, and relayed, has come by then. */
    private static final Duration ALL_HAS_COME = SLOWEST.multipliedBy(3);

    private static final long DELTA_MILLIS = 2 * SLOWEST.toMillis() + 2 * SKEW.toMillis() + 1;
    private static final int REQUESTS = 60;

    private final TreeMap<String, List<String>> executed = new TreeMap<>();
    /** By request, what must be executed before it: what its client asked for before (O1), what that had heard of (O2). */
    private final TreeMap<String, List<String>> causes = new TreeMap<>();

    /** By client. */
    private final TreeMap<String, String> latest = new TreeMap<>();

    private final List<String> asked = new ArrayList<>();
    private Way way = Way.LOGICAL_CLOCKS;

    @Override
    public void accept(Simulation sim) {
        executed.clear();
        causes.clear();
        latest.clear();
        asked.clear();
        RandomGenerator random = sim.random("ordering");
        way = Way.values()[random.nextInt(Way.values().length)];
        sim.network(NetworkConditions.good().withLatency(FASTEST, SLOWEST));
        for (String name : REPLICAS) {
            executed.put(name, new ArrayList<>());
            sim.node(name, this::replica);
        }
        TreeMap<String, Node<Object>> clients = new TreeMap<>();
        CLIENTS.forEach(name -> clients.put(name, sim.node(name, node -> client(sim, node))));
        sim.nodes()
                .forEach(
                        node -> node.clockSkew(Duration.ofNanos(random.nextLong(2 * SKEW.toNanos()) - SKEW.toNanos())));
        sim.afterEveryStep("agreement and order", this::check);
        for (int i = 0; i < REQUESTS; i++) {
            String client = CLIENTS.get(random.nextInt(CLIENTS.size()));
            String other = CLIENTS.get(random.nextInt(CLIENTS.size()));
            String command = client + "-" + i;
            sim.after(Duration.ofMillis(20 + random.nextInt(1_000)), () -> {
                if (clients.get(client).isUp()) {
                    askOneAfterTheOther(clients.get(client), clients.get(other).ref(), command);
                }
            });
        }
        String lostClient = CLIENTS.get(random.nextInt(CLIENTS.size()));
        int stopsAt = random.nextInt(1_200);
        String doesNotHearTheLast = REPLICAS.get(random.nextInt(REPLICAS.size()));
        sim.after(Duration.ofMillis(Math.max(0, stopsAt - 40)), () -> sim.cut(lostClient, doesNotHearTheLast));
        stop(sim, lostClient, stopsAt, () -> tellReplicas(sim, lostClient));
        if (random.nextBoolean()) {
            String lostReplica = REPLICAS.get(random.nextInt(REPLICAS.size()));
            stop(sim, lostReplica, random.nextInt(1_200), () -> tellClients(sim, clients, lostReplica));
        }
        sim.runFor(Duration.ofSeconds(way == Way.REPLICAS_IDENTIFIERS ? 9 : 3));
        checkEnd(sim, lostClient);
    }

    /** Two requests of a client (O1), and one of another that has heard of them (O2). */
    private void askOneAfterTheOther(Node<Object> node, ActorRef<Object> other, String command) {
        ask(node, command);
        ask(node, command + "-next");
        ByteString what = ByteString.fromString(command + "-next");
        node.ref()
                .tell(
                        way == Way.REPLICAS_IDENTIFIERS
                                ? new ProposingClient.Inform(other, what)
                                : new StampedClient.Inform(other, what));
    }

    private void heard(Simulation sim, String client, ByteString what) {
        @SuppressWarnings("unchecked")
        Node<Object> node = (Node<Object>) sim.node(client);
        ask(node, client + "-after-" + what.utf8String(), what.utf8String());
    }

    private void ask(Node<Object> node, String command, String... heardOf) {
        List<String> before = new ArrayList<>(List.of(heardOf));
        String earlier = latest.put(node.name(), command);
        if (earlier != null) {
            before.add(earlier);
        }
        causes.put(command, before);
        asked.add(command);
        node.ref().tell(submit(command));
    }

    private Object submit(String command) {
        ByteString bytes = ByteString.fromString(command);
        return way == Way.REPLICAS_IDENTIFIERS ? new ProposingClient.Submit(bytes) : new StampedClient.Submit(bytes);
    }

    private static void stop(Simulation sim, String name, int atMillis, Runnable tellOthers) {
        sim.after(Duration.ofMillis(atMillis), () -> {
            sim.crash(name);
            sim.after(ALL_HAS_COME, tellOthers);
        });
    }

    @SuppressWarnings("unchecked")
    private void tellReplicas(Simulation sim, String client) {
        for (String name : REPLICAS) {
            if (sim.node(name).isUp()) {
                ((Node<Object>) sim.node(name))
                        .ref()
                        .tell(
                                way == Way.REPLICAS_IDENTIFIERS
                                        ? new NumberingReplica.ClientFailed(client)
                                        : new StampedReplica.ClientFailed(client));
            }
        }
    }

    private void tellClients(Simulation sim, Map<String, Node<Object>> clients, String replica) {
        if (way == Way.REPLICAS_IDENTIFIERS) {
            clients.values().stream().filter(Node::isUp).forEach(client -> client.ref()
                    .tell(new ProposingClient.ReplicaFailed(replica)));
        }
    }

    // -- nodes

    private static <T> List<ActorRef<T>> others(NodeContext node) {
        return REPLICAS.stream()
                .filter(name -> !name.equals(node.name()))
                .map(node::<T>peer)
                .toList();
    }

    private Behavior<Object> replica(NodeContext node) {
        if (way == Way.REPLICAS_IDENTIFIERS) {
            return root(NumberingReplica.create(
                    node.name(), others(node), request -> execute(node.name(), request.command())));
        }
        StabilityTest test = way == Way.LOGICAL_CLOCKS
                ? StabilityTest.logicalClocks(CLIENTS)
                : StabilityTest.synchronizedClocks(() -> node.wallClock().millis(), DELTA_MILLIS);
        return root(StampedReplica.create(
                test,
                others(node),
                deliver -> deliver.command().ifPresent(command -> execute(node.name(), command)),
                TICK));
    }

    private Behavior<Object> client(Simulation sim, NodeContext node) {
        if (way == Way.REPLICAS_IDENTIFIERS) {
            TreeMap<String, ActorRef<NumberingReplica.Command>> replicas = new TreeMap<>();
            REPLICAS.forEach(name -> replicas.put(name, node.peer(name)));
            return root(ProposingClient.create(node.name(), replicas, heard -> heard(sim, node.name(), heard.what())));
        }
        Clock clock = way == Way.LOGICAL_CLOCKS
                ? Clock.logical()
                : Clock.synchronizedWithOthers(() -> node.wallClock().millis());
        return root(StampedClient.create(
                node.name(),
                clock,
                REPLICAS.stream().map(node::<StampedReplica.Command>peer).toList(),
                TICK,
                message -> {
                    if (message instanceof StampedClient.Heard heard) {
                        heard(sim, node.name(), heard.what());
                    }
                }));
    }

    /** The node's root: hands on what comes. Where its child ends, it ends. */
    @SuppressWarnings("unchecked")
    private static <T> Behavior<Object> root(Behavior<T> behavior) {
        return Behaviors.setup(context -> {
            ActorRef<T> child = context.spawn(behavior, "child");
            context.watch(child);
            return Behaviors.receive(Object.class)
                    .onAnyMessage(message -> {
                        child.tell((T) message);
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    // -- what must hold

    private void execute(String replica, ByteString command) {
        executed.get(replica).add(command.utf8String());
    }

    /** One order: each has a beginning of the longest. Nothing twice; and no request before its cause. */
    private void check() {
        List<String> longest = executed.values().stream()
                .max((a, b) -> Integer.compare(a.size(), b.size()))
                .orElseThrow();
        executed.forEach((replica, own) -> {
            if (!longest.subList(0, own.size()).equals(own)) {
                throw new AssertionError(way + ": " + replica + " has executed " + own + ", another " + longest);
            }
        });
        if (longest.stream().distinct().count() != longest.size()) {
            throw new AssertionError(way + ": a request was executed twice: " + longest);
        }
        checkCauses(longest);
    }

    /** Of each request, and not of the latest alone: one step may execute several. */
    private void checkCauses(List<String> history) {
        Set<String> before = new HashSet<>();
        for (String command : history) {
            for (String cause : causes.getOrDefault(command, List.of())) {
                if (!before.contains(cause)) {
                    throw new AssertionError(way + ": " + command + " was executed before its cause " + cause);
                }
            }
            before.add(command);
        }
    }

    private void checkEnd(Simulation sim, String lostClient) {
        for (String replica : REPLICAS) {
            if (sim.node(replica).isUp()) {
                List<String> missing = asked.stream()
                        .filter(command -> !command.startsWith(lostClient + "-"))
                        .filter(command -> !executed.get(replica).contains(command))
                        .toList();
                if (!missing.isEmpty()) {
                    throw new AssertionError(way + ": " + replica + " has never executed " + missing);
                }
            }
        }
        List<List<String>> ofTheLiving = REPLICAS.stream()
                .filter(replica -> sim.node(replica).isUp())
                .map(executed::get)
                .distinct()
                .toList();
        if (ofTheLiving.size() != 1) {
            throw new AssertionError(way + ": replicas that live have executed different requests: " + ofTheLiving);
        }
    }
}
