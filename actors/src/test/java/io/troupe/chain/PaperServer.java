package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Clients;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.Answers;
import io.troupe.replication.Engine;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.paper.PaperReplica;
import io.troupe.replication.sim.ObservedClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * One real server of the chain n1, n2, n3, or one that is none of them, among probes that play the others and the master; time
 * passes only when told.
 */
final class PaperServer extends PaperReplica<ChainMessage> {

    /** Begins where a test begins. */
    static final Configuration FOUNDING = Configuration.founding(List.of("n1", "n2", "n3"));

    final ChainSettings settings;
    final TestProbe<Replica.Message> master;
    final TestProbe<Answers.Batch> via;
    /** Waits for the first of what is {@link #forward}ed. */
    final TestProbe<Replica.Reply> waiting;

    private final String node;
    private final boolean hasLostData;
    private final SnapshotStorage storage = new InMemorySnapshotStorage();
    private final AtomicReference<ChainServer> witnessed = new AtomicReference<>();

    PaperServer(String node) {
        this(node, "");
    }

    /** @param hocon settings that are not the default ones */
    PaperServer(String node, String hocon) {
        this(node, false, hocon);
        if (FOUNDING.hasMember(node)) {
            awaitEntered(FOUNDING.epoch());
        }
    }

    /** Its operator has told it so: there is nothing on its disk. */
    static PaperServer thatHasLostItsData(String node) {
        return new PaperServer(node, true, "");
    }

    private PaperServer(String node, boolean hasLostData, String hocon) {
        super(node, FOUNDING.chain(), Set.of(), new ObservedClients().factory(), hocon);
        this.node = node;
        this.hasLostData = hasLostData;
        this.settings = ChainSettings.from(kit.system().settings().config());
        this.master = kit.createTestProbe();
        this.via = kit.createTestProbe();
        this.waiting = client();
        start();
    }

    @Override
    protected Behavior<Replica.Message> replica(Engine.Seat seat) {
        return new ChainEngine(settings, storage, new PlayedMaster(), hasLostData, this::nanoTime, witnessed::set)
                .replica(seat);
    }

    @Override
    protected String journal() {
        return "chain-g@" + node;
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
        Connect connect = await(predecessor, Connect.class, asked -> asked.epoch() == configuration.epoch());
        tell(new Resume(configuration.epoch(), connect.attempt(), agreed, floor));
        status();
    }

    private void awaitEntered(long epoch) {
        waiting.awaitAssert(() -> {
            status(); // What the witness saw by then is read after it.
            assertThat(witnessed.get().isActive() && witnessed.get().epoch() == epoch)
                    .isTrue();
            return null;
        });
    }

    void awaitStable(long index) {
        waiting.awaitAssert(() -> {
            assertThat(status().commitIndex()).isEqualTo(index);
            return null;
        });
    }

    void awaitHead() {
        waiting.awaitAssert(() -> {
            assertThat(status().role()).isEqualTo(Replica.Role.LEADER);
            return null;
        });
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

    /** What the next command to the master is. */
    MasterCommand awaitMasterCommand() {
        Replica.Message asked = master.receiveMessage();
        return MasterCommand.of(((Replica.Propose) asked).command());
    }

    /** The next that asks in this epoch. */
    MasterCommand awaitMasterCommand(long epoch) {
        MasterCommand command = awaitMasterCommand();
        return command.epoch() == epoch ? command : awaitMasterCommand(epoch);
    }

    static Updates updates(long epoch, long first, String... commands) {
        return Updates.of(
                first,
                Stream.of(commands)
                        .map(command -> new Update(epoch, new Update.Command(0, 0, 0, ByteString.fromString(command))))
                        .toList());
    }

    /** From the predecessor, where they are durable, and above it; {@link #waiting} waits for the first of them. */
    void forward(long epoch, long stable, Updates updates) {
        var clients = new Clients(via.getRef(), waiting.getRef(), updates.first(), updates.first());
        tell(new Forward(epoch, updates, List.of(clients), updates.last(), stable, false));
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
                        Replica.NO_SESSION, 0, 0, ByteString.fromString(command), waiting.getRef()))));
    }
}
