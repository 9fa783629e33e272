package io.troupe.raft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;

/** Several group hosts in one actor system, with disks (journal and snapshots) that outlive them. */
final class InProcessCluster implements AutoCloseable {

    static final String GROUP = "test/group";
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Ten times as fast as the defaults. */
    static final String FAST =
            """
            troupe.raft.heartbeat-interval = 20ms
            troupe.raft.election-timeout = 200ms
            """;

    final ActorTestKit kit;
    final RaftSettings settings;
    final List<String> nodes;
    final JournalMachine.Histories histories = new JournalMachine.Histories();
    private final TreeMap<String, InMemorySnapshotStorage> storages = new TreeMap<>();
    private final TreeMap<String, ActorRef<Groups.Command>> hosts = new TreeMap<>();
    private final TreeMap<String, ActorRef<Replica.Request>> replicas = new TreeMap<>();
    private int starts;
    private long session = Replica.NO_SESSION;
    private long serial;

    InProcessCluster(int size, String hocon) {
        Config config = ConfigFactory.parseString(hocon)
                .withFallback(ConfigFactory.parseString(FAST))
                .withFallback(PersistenceTestKitPlugin.config())
                .withFallback(ConfigFactory.load());
        this.kit = ActorTestKit.create("raft-cluster", config);
        this.settings = RaftSettings.from(config);
        this.nodes = IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
    }

    static InProcessCluster started(int size, String hocon) {
        InProcessCluster cluster = new InProcessCluster(size, hocon);
        cluster.nodes.forEach(cluster::start);
        return cluster;
    }

    void start(String node) {
        var reply = (Groups.Hosted) spawnHost(node);
        replicas.put(node, reply.replica());
    }

    Groups.NotHosted expectNotHosted(String node) {
        return (Groups.NotHosted) spawnHost(node);
    }

    private Groups.HostReply spawnHost(String node) {
        var host = kit.spawn(
                GroupHost.create(
                        node,
                        List.of(new RaftEngine(
                                settings,
                                storages.computeIfAbsent(node, n -> new InMemorySnapshotStorage()),
                                System::nanoTime)),
                        new SplittableRandom(node.hashCode() + starts)),
                "host-" + node + "-" + starts++);
        hosts.put(node, host);
        return host(host);
    }

    Groups.HostReply host(ActorRef<Groups.Command> host) {
        TestProbe<Groups.HostReply> reply = kit.createTestProbe(Groups.HostReply.class);
        host.tell(new Groups.Host(GROUP, nodes, histories.factory(), reply.getRef()));
        return reply.receiveMessage(PATIENCE);
    }

    /** Stops the node's host with all below it; its disks stay. */
    void stop(String node) {
        replicas.remove(node);
        kit.stop(hosts.remove(node), PATIENCE);
    }

    ActorRef<Groups.Command> host(String node) {
        return hosts.get(node);
    }

    ActorRef<Replica.Request> replica(String node) {
        return replicas.get(node);
    }

    InMemorySnapshotStorage storage(String node) {
        return storages.get(node);
    }

    Replica.Status status(String node) {
        TestProbe<Groups.Statuses> probe = kit.createTestProbe(Groups.Statuses.class);
        hosts.get(node).tell(new Groups.ListStatus(probe.getRef()));
        return probe.receiveMessage(PATIENCE).groups().get(0);
    }

    Optional<String> leaderNow() {
        List<String> leaders = new ArrayList<>();
        for (String node : hosts.keySet()) {
            if (status(node).role() == Replica.Role.LEADER) {
                leaders.add(node);
            }
        }
        return leaders.size() == 1 ? Optional.of(leaders.get(0)) : Optional.empty();
    }

    /** The leader that every running node agrees on. */
    String awaitLeader() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(this::agreedLeader, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<String> agreedLeader() {
        Optional<String> leader = leaderNow();
        boolean agreed =
                hosts.keySet().stream().allMatch(node -> status(node).leader().equals(leader));
        return agreed ? leader : Optional.empty();
    }

    String anyBut(String node) {
        return hosts.keySet().stream()
                .filter(other -> !other.equals(node))
                .findFirst()
                .orElseThrow();
    }

    Replica.Reply ask(String node, Function<ActorRef<Replica.Reply>, Replica.Request> request) {
        TestProbe<Replica.Reply> probe = kit.createTestProbe(Replica.Reply.class);
        replicas.get(node).tell(request.apply(probe.getRef()));
        return probe.receiveMessage(PATIENCE);
    }

    /** Until the answer is of that kind: of a group that is starved the leader may just have changed. */
    <R extends Replica.Reply> R ask(
            String node, Class<R> expected, Function<ActorRef<Replica.Reply>, Replica.Request> request) {
        return expected.cast(Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO) // Mostly it is the first.
                .until(() -> ask(node, request), expected::isInstance));
    }

    /** Once, in a session, however often it has to be proposed. */
    Replica.Applied apply(String node, String command) {
        if (session == Replica.NO_SESSION) {
            session = ask(node, Replica.SessionOpened.class, Replica.OpenSession::new)
                    .session();
        }
        long number = ++serial;
        return ask(
                node,
                Replica.Applied.class,
                to -> new Replica.Propose(session, number, number, ByteString.fromString(command), to));
    }

    static Replica.Propose proposal(long session, long serial, String command, ActorRef<Replica.Reply> replyTo) {
        return new Replica.Propose(session, serial, 0, ByteString.fromString(command), replyTo);
    }

    Replica.Answered query(String node, ReadConsistency consistency) {
        return ask(
                node,
                Replica.Answered.class,
                to -> new Replica.Query(7, ByteString.fromString("all"), consistency, to));
    }

    void awaitHistory(String node, List<String> expected) {
        Awaitility.await().atMost(PATIENCE).until(() -> histories.of(node), expected::equals);
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
