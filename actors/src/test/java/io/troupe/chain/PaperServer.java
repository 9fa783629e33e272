package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Clients;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.Answers;
import io.troupe.replication.Engine;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.paper.PaperSystem;
import io.troupe.replication.sim.ObservedClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.util.ByteString;

/**
 * One real server of the chain n1, n2, n3, or one that is none of them, among probes that play the others and the master; time
 * passes only when told.
 */
final class PaperServer implements AutoCloseable {

    /** Begins where a test begins. */
    static final Configuration FOUNDING = Configuration.founding(List.of("n1", "n2", "n3"));

    final ActorTestKit kit;
    final ChainSettings settings;
    final PersistenceTestKit disk;
    final TestProbe<Replica.Message> master;
    final TestProbe<PeerDirectory.Command> directory;
    final SnapshotStorage storage = new InMemorySnapshotStorage();
    final TestProbe<Answers.Batch> via;
    final TestProbe<Replica.Reply> client;
    private final String node;
    private final boolean hasLostData;
    private final ObservedClients clients = new ObservedClients();
    private final Map<String, TestProbe<ChainMessage>> peers = new TreeMap<>();
    private final PaperSystem system;
    private final AtomicLong clockNanos = new AtomicLong();
    private final AtomicReference<ChainServer> witnessed = new AtomicReference<>();
    private ActorRef<Replica.Message> server;

    PaperServer(String node) {
        this(node, false);
        if (FOUNDING.hasMember(node)) {
            awaitEntered(FOUNDING.epoch());
        }
    }

    /** Its operator has told it so: there is nothing on its disk. */
    static PaperServer thatHasLostItsData(String node) {
        return new PaperServer(node, true);
    }

    private PaperServer(String node, boolean hasLostData) {
        this.node = node;
        this.hasLostData = hasLostData;
        this.system = PaperSystem.create(PersistenceTestKitPlugin.config());
        this.kit = system.kit();
        this.settings = ChainSettings.from(kit.system().settings().config());
        this.disk = PersistenceTestKit.create(kit.system());
        this.master = kit.createTestProbe(Replica.Message.class);
        this.directory = kit.createTestProbe(PeerDirectory.Command.class);
        this.via = kit.createTestProbe(Answers.Batch.class);
        this.client = kit.createTestProbe(Replica.Reply.class);
        Stream.of("n1", "n2", "n3")
                .filter(name -> !name.equals(node))
                .forEach(name -> peers.put(name, kit.createTestProbe(ChainMessage.class)));
        start();
    }

    String journal() {
        return "chain-g@" + node;
    }

    private void start() {
        TestProbe<Groups.Hosted> hosted = kit.createTestProbe(Groups.Hosted.class);
        var engine =
                new ChainEngine(settings, storage, new PlayedMaster(), hasLostData, clockNanos::get, witnessed::set);
        server = kit.spawn(engine.replica(new Engine.Seat(
                "g",
                node,
                List.of("n1", "n2", "n3"),
                clients.factory(),
                new SplittableRandom(7),
                directory.getRef(),
                hosted.getRef())));
        hosted.receiveMessage();
        peers.forEach((name, probe) -> server.tell(
                new PeerDirectory.PeerAt(name, Optional.of(probe.getRef().unsafeUpcast()))));
        status(); // Its disk has been read, and it sees time pass.
    }

    /** What the server asks of the master goes to the probe; what the master decides, the test tells. */
    private final class PlayedMaster implements Engine {

        @Override
        public String name() {
            return "played";
        }

        @Override
        public Duration electionTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Behavior<Replica.Message> replica(Seat seat) {
            return Behaviors.receiveMessage(message -> {
                master.getRef().tell(message);
                return Behaviors.same();
            });
        }
    }

    /** As a crash does: memory is gone, the disk stays. It acts in no epoch then before a later one is decided. */
    void restart() {
        kit.stop(server);
        start();
    }

    /** Another one, that is none of the founders, is found. */
    void play(String other) {
        peers.put(other, kit.createTestProbe(ChainMessage.class));
        tell(new PeerDirectory.PeerAt(
                other, Optional.of(peers.get(other).getRef().unsafeUpcast())));
    }

    /** Its disk has failed. */
    void awaitFall() {
        client.expectTerminated(server, Duration.ofSeconds(10));
    }

    void tell(Replica.Message message) {
        server.tell(message);
    }

    /** The master decides, and this server is the first to hear of it. */
    void decide(Configuration configuration) {
        tell(new ChainReplica.Configured(configuration));
    }

    /** It is head in the configuration that was decided, and no lease keeps it in the one before. */
    void lead(Configuration configuration) {
        pass(settings.lease().plusMillis(1));
        decide(configuration);
        awaitEntered(configuration.epoch());
    }

    /** Its predecessor in the configuration that was decided has the same as it up to {@code agreed}. */
    void enter(Configuration configuration, long agreed, long floor) {
        pass(settings.lease().plusMillis(1));
        decide(configuration);
        resume(configuration, agreed, floor);
        awaitEntered(configuration.epoch());
    }

    /** The answer to what it told its predecessor last. */
    void resume(Configuration configuration, long agreed, long floor) {
        String predecessor = Arrangement.CHAIN.predecessor(configuration, node).orElseThrow();
        Connect connect = await(predecessor, Connect.class);
        while (connect.epoch() != configuration.epoch()) {
            connect = await(predecessor, Connect.class);
        }
        tell(new Resume(configuration.epoch(), connect.attempt(), agreed, floor));
        status();
    }

    private void awaitEntered(long epoch) {
        client.awaitAssert(() -> {
            status(); // What the witness saw by then is read after it.
            assertThat(witnessed.get().isActive() && witnessed.get().epoch() == epoch)
                    .isTrue();
            return null;
        });
    }

    void awaitStable(long index) {
        client.awaitAssert(() -> {
            assertThat(status().commitIndex()).isEqualTo(index);
            return null;
        });
    }

    void awaitHead() {
        client.awaitAssert(() -> {
            assertThat(status().role()).isEqualTo(Replica.Role.LEADER);
            return null;
        });
    }

    Replica.Status status() {
        TestProbe<Replica.Status> probe = kit.createTestProbe(Replica.Status.class);
        server.tell(new ReplicaControl.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    void pass(Duration duration) {
        clockNanos.addAndGet(duration.toNanos());
        system.timePasses(duration);
        status(); // What became due is handled before anything that is sent now.
    }

    /** The predecessor answers what it asked when it began, or asks now: neither has anything. */
    void resumed() {
        pass(settings.heartbeatInterval());
        resume(FOUNDING, 0, 0);
    }

    /** The successor begins in this epoch, and has what is through {@code has}, of {@code hasEpoch}. */
    void connects(String successor, long epoch, long has, long hasEpoch) {
        List<Position> ends = has == 0 ? List.of() : List.of(new Position(has, hasEpoch));
        tell(new Connect(epoch, successor, 5, 0, ends));
        assertThat(await(successor, Resume.class).attempt()).isEqualTo(5);
    }

    /** The next {@code count} updates, or more, in as many messages as it takes. */
    List<Update> awaitUpdates(String to, int count) {
        List<Update> updates = new ArrayList<>();
        while (updates.size() < count) {
            updates.addAll(await(to, Forward.class).updates().updates());
        }
        return updates;
    }

    /** The next message of this type to the other server; others are skipped. */
    <M extends ChainMessage> M await(String to, Class<M> type) {
        for (int i = 0; i < 1000; i++) {
            ChainMessage message = peers.get(to).receiveMessage(Duration.ofSeconds(10));
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " to " + to);
    }

    /** All of this type that has been sent to the other server so far. */
    <M extends ChainMessage> List<M> sentTo(String to, Class<M> type) {
        status();
        List<M> all = new ArrayList<>();
        TestProbe<ChainMessage> probe = peers.get(to);
        ChainMessage end = new ChainMessage.Confirmed(-1, "test", -1, 0);
        probe.getRef().tell(end);
        for (ChainMessage next = probe.receiveMessage(); !next.equals(end); next = probe.receiveMessage()) {
            if (type.isInstance(next)) {
                all.add(type.cast(next));
            }
        }
        return all;
    }

    /** What the next command to the master is. */
    MasterCommand awaitMasterCommand() {
        Replica.Message asked = master.receiveMessage();
        return MasterCommand.of(((Replica.Propose) asked).command());
    }

    static Updates updates(long epoch, long first, String... commands) {
        return Updates.of(
                first,
                Stream.of(commands)
                        .map(command -> new Update(epoch, new Update.Command(0, 0, 0, ByteString.fromString(command))))
                        .toList());
    }

    /** From the predecessor, where they are durable, and above it; the test's client waits for the first of them. */
    void forward(long epoch, long stable, Updates updates) {
        var waiting = new Clients(via.getRef(), client.getRef(), updates.first(), updates.first());
        tell(new Forward(epoch, updates, List.of(waiting), updates.last(), stable, false));
    }

    /** From the predecessor: what is durable there, and above it. */
    void saysDurable(long epoch, long durable) {
        tell(new Forward(epoch, Updates.none(1), List.of(), durable, 0, false));
    }

    /** The predecessor says, beside nothing new, what the tail has acknowledged. */
    void saysStable(long epoch, long stable) {
        tell(new Forward(epoch, Updates.none(stable + 1), List.of(), stable, stable, false));
    }

    /** From a client of another node, whose server passes it on. */
    void submit(String command) {
        tell(new Submit(
                via.getRef(),
                List.of(new Replica.Propose(
                        Replica.NO_SESSION, 0, 0, ByteString.fromString(command), client.getRef()))));
    }

    TestProbe<Replica.Reply> propose(String command) {
        TestProbe<Replica.Reply> asks = kit.createTestProbe(Replica.Reply.class);
        tell(new Replica.Propose(Replica.NO_SESSION, 0, 0, ByteString.fromString(command), asks.getRef()));
        return asks;
    }

    TestProbe<Replica.Reply> read(ReadConsistency consistency) {
        TestProbe<Replica.Reply> asks = kit.createTestProbe(Replica.Reply.class);
        tell(new Replica.Query(1, ByteString.emptyByteString(), consistency, asks.getRef()));
        return asks;
    }

    @Override
    public void close() {
        system.close();
    }
}
