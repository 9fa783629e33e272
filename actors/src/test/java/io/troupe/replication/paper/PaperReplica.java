package io.troupe.replication.paper;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Engine;
import io.troupe.replication.Groups;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.StateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.util.ByteString;

/**
 * One real replica of the group g among probes that play the others; time passes only when told. What an engine needs beside
 * this, and what the others say to it, its own tests add.
 *
 * @param <M> what the replicas of a group say to each other
 */
public abstract class PaperReplica<M extends Replica.Message> implements AutoCloseable {

    private static final int SKIPPED_MAX = 1_000;

    public final ActorTestKit kit;
    /** Somebody who is not of the group. */
    public final TestProbe<M> stranger;

    private final PaperSystem system;
    private final PersistenceTestKit disk;
    private final String node;
    private final List<String> founders;
    private final Set<String> witnesses;
    private final StateMachine.Factory machines;
    private final Map<String, TestProbe<M>> others = new TreeMap<>();
    private final AtomicLong clockNanos = new AtomicLong();
    private TestProbe<PeerDirectory.Command> directory;
    private ActorRef<Replica.Message> replica;

    /** Its first life begins with {@link #start}. */
    protected PaperReplica(
            String node, List<String> founders, Set<String> witnesses, StateMachine.Factory machines, String hocon) {
        this.system =
                PaperSystem.create(ConfigFactory.parseString(hocon).withFallback(PersistenceTestKitPlugin.config()));
        this.kit = system.kit();
        this.disk = PersistenceTestKit.create(kit.system());
        this.stranger = kit.createTestProbe();
        this.node = node;
        this.founders = founders;
        this.witnesses = witnesses;
        this.machines = machines;
        founders.stream()
                .filter(founder -> !founder.equals(node))
                .forEach(other -> others.put(other, kit.createTestProbe()));
    }

    // -- its life

    /** As its engine makes it. */
    protected abstract Behavior<Replica.Message> replica(Engine.Seat seat);

    /** The persistence id that it writes to. */
    protected abstract String journal();

    protected final void start() {
        directory = kit.createTestProbe();
        TestProbe<Groups.Hosted> hosted = kit.createTestProbe();
        replica = kit.spawn(replica(new Engine.Seat(
                "g",
                node,
                founders,
                witnesses,
                machines,
                new SplittableRandom(7),
                directory.getRef(),
                hosted.getRef())));
        hosted.receiveMessage();
        directory.expectMessageClass(PeerDirectory.Join.class);
        others.keySet().forEach(this::tellWhereIs);
        status(); // Its disk has been read, and it sees time pass.
    }

    /** As a crash does: memory is gone, the disk stays. */
    public final void restart() {
        kill();
        start();
    }

    protected final void kill() {
        kit.stop(replica);
    }

    /** Until it has stopped by itself, which it does when its disk fails. */
    public final void awaitEnd() {
        stranger.expectTerminated(replica);
    }

    @Override
    public final void close() {
        system.close();
    }

    // -- its disk

    public final void failNextWrite() {
        disk.failNextPersisted(journal());
    }

    /** Writes to the journal end only after the runnable that this gives has run. */
    public final Runnable holdWrites() {
        return HeldWrites.of(disk);
    }

    // -- its time

    /** When this returns, what fell due has been done, with all that it led to. */
    public final void pass(Duration duration) {
        isStoppedFor(duration);
        system.timePasses(duration);
    }

    /** The process is stopped: its clock goes on, and nothing else. */
    public final void isStoppedFor(Duration pause) {
        awaitIdle(); // What was begun before is of the time before.
        clockNanos.addAndGet(pause.toNanos());
    }

    /** Until it has nothing to do before time passes, or somebody tells it something. */
    public final void awaitIdle() {
        system.awaitIdle();
    }

    protected final long nanoTime() {
        return clockNanos.get();
    }

    // -- the others

    /** Another one, that is none of the founders, is there from now on. */
    public final void joins(String other) {
        others.put(other, kit.createTestProbe());
        tellWhereIs(other);
    }

    private void tellWhereIs(String other) {
        tell(new PeerDirectory.PeerAt(other, Optional.of(peer(other).getRef().unsafeUpcast())));
    }

    public final Set<String> peers() {
        return others.keySet();
    }

    public final TestProbe<M> peer(String other) {
        return others.get(other);
    }

    /** The next message of this type to the other; what comes before it is skipped. */
    public final <T extends M> T await(String to, Class<T> type) {
        return await(to, type, any -> true);
    }

    /** The next message of this type to the other that is wanted; what comes before it is skipped. */
    public final <T extends M> T await(String to, Class<T> type, Predicate<T> wanted) {
        for (int skipped = 0; skipped <= SKIPPED_MAX; skipped++) {
            M message = peer(to).receiveMessage();
            if (type.isInstance(message) && wanted.test(type.cast(message))) {
                return type.cast(message);
            }
        }
        throw new AssertionError("no such " + type.getSimpleName() + " to " + to);
    }

    /** All that the other has been sent until now, and the test has not looked at yet. */
    public final List<M> sentTo(String other) {
        awaitIdle();
        Replica.Message end = new End();
        peer(other).getRef().<Replica.Message>unsafeUpcast().tell(end);
        List<M> all = new ArrayList<>();
        for (M next = peer(other).receiveMessage();
                next != end;
                next = peer(other).receiveMessage()) {
            all.add(next);
        }
        return all;
    }

    /** Of all that the other has been sent until now, and the test has not looked at yet, what is of this type. */
    public final <T extends M> List<T> sentTo(String other, Class<T> type) {
        return sentTo(other).stream().filter(type::isInstance).map(type::cast).toList();
    }

    private record End() implements Replica.Message {}

    /** What the replica asks of its node, in this life, beside being found itself. */
    public final TestProbe<PeerDirectory.Command> directory() {
        return directory;
    }

    // -- what it is told and asked

    public final void tell(Replica.Message message) {
        replica.tell(message);
    }

    /** Whatever it was told before, it has handled. */
    public final Replica.Status status() {
        TestProbe<Replica.Status> probe = kit.createTestProbe();
        tell(new ReplicaControl.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    public final TestProbe<Replica.Reply> client() {
        return kit.createTestProbe();
    }

    public final TestProbe<Replica.Reply> propose(String command) {
        TestProbe<Replica.Reply> client = client();
        tell(new Replica.Propose(Replica.NO_SESSION, 0, 0, ByteString.fromString(command), client.getRef()));
        return client;
    }

    public final TestProbe<Replica.Reply> read(ReadConsistency consistency) {
        TestProbe<Replica.Reply> client = client();
        tell(new Replica.Query(1, ByteString.emptyByteString(), consistency, client.getRef()));
        return client;
    }

    public final TestProbe<Replica.Reply> reconfigure(Replica.MemberChange... changes) {
        TestProbe<Replica.Reply> client = client();
        tell(new Replica.Reconfigure(List.of(changes), client.getRef()));
        status();
        return client;
    }

    public final Replica.MembersListed members() {
        TestProbe<Replica.Reply> client = client();
        tell(new Replica.ListMembers(client.getRef()));
        return client.expectMessageClass(Replica.MembersListed.class);
    }
}
