package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.replication.Engine;
import io.troupe.replication.Groups;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.paper.FaultySnapshots;
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
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.util.ByteString;

/** One real replica, n1, among probes that play its peers; time passes only when told. */
final class PaperReplica implements AutoCloseable {

    static final String JOURNAL = "paxos-g@n1";

    final ActorTestKit kit;
    final PaxosSettings settings;
    final PersistenceTestKit disk;
    final ObservedClients clients = new ObservedClients();
    final Map<String, TestProbe<PaxosMessage>> peers = new TreeMap<>();
    final TestProbe<PaxosMessage> stranger;
    FaultySnapshots storage = new FaultySnapshots();
    private final PaperSystem system;
    private final AtomicLong clockNanos = new AtomicLong();
    private String journal = JOURNAL;
    private boolean hasLostData;
    private ActorRef<Replica.Message> replica;

    PaperReplica(String hocon) {
        this.system =
                PaperSystem.create(ConfigFactory.parseString(hocon).withFallback(PersistenceTestKitPlugin.config()));
        this.kit = system.kit();
        this.settings = PaxosSettings.from(kit.system().settings().config());
        this.disk = PersistenceTestKit.create(kit.system());
        peers.put("n2", kit.createTestProbe(PaxosMessage.class));
        peers.put("n3", kit.createTestProbe(PaxosMessage.class));
        this.stranger = kit.createTestProbe(PaxosMessage.class);
        start();
    }

    void start() {
        TestProbe<PeerDirectory.Command> directory = kit.createTestProbe(PeerDirectory.Command.class);
        TestProbe<Groups.Hosted> hosted = kit.createTestProbe(Groups.Hosted.class);
        String journalNow = journal;
        var engine = new PaxosEngine(settings, storage, hasLostData, clockNanos::get, Witness.NOBODY, id -> journalNow);
        replica = kit.spawn(engine.replica(new Engine.Seat(
                "g",
                "n1",
                List.of("n1", "n2", "n3"),
                clients.factory(),
                new SplittableRandom(7),
                directory.getRef(),
                hosted.getRef())));
        hosted.receiveMessage();
        peers.forEach((node, probe) -> replica.tell(
                new PeerDirectory.PeerAt(node, Optional.of(probe.getRef().unsafeUpcast()))));
        status(); // Its disk has been read, and it sees time pass.
    }

    /** As a crash does: memory is gone, the disk stays. */
    void restart() {
        kit.stop(replica);
        start();
    }

    /** The disk has lost its journal; the snapshots stay. */
    void restartWithoutJournal() {
        stranger.awaitAssert(() -> {
            assertThat(storage.list("g")).as("the mark of the first day").isNotEmpty();
            return true;
        });
        kit.stop(replica);
        journal = JOURNAL + "-new";
        start();
    }

    /** With nothing of what it had, and told so by its operator, this once. */
    void restartWithLostData() {
        kit.stop(replica);
        journal = JOURNAL + "-new";
        storage = new FaultySnapshots();
        hasLostData = true;
        start();
        hasLostData = false;
    }

    void tell(Replica.Message message) {
        replica.tell(message);
    }

    Replica.Status status() {
        TestProbe<Replica.Status> probe = kit.createTestProbe(Replica.Status.class);
        replica.tell(new ReplicaControl.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    void pass(Duration duration) {
        clockNanos.addAndGet(duration.toNanos());
        system.timePasses(duration);
        status(); // What became due is handled before anything that is sent now.
    }

    /** The longest a follower waits for the first time. */
    void electionTimeoutPasses() {
        pass(settings.electionTimeout().multipliedBy(2));
    }

    /** The next message of this type to the peer; others are skipped. */
    <M extends PaxosMessage> M await(String node, Class<M> type) {
        for (int i = 0; i < 1000; i++) {
            PaxosMessage message = peers.get(node).receiveMessage(Duration.ofSeconds(10));
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " to " + node);
    }

    /** The next Accept that proposes something. */
    Accept awaitProposal(String node) {
        while (true) {
            Accept accept = await(node, Accept.class);
            if (!accept.decrees().isEmpty()) {
                return accept;
            }
        }
    }

    /** All that has been sent to the peer so far. */
    List<PaxosMessage> sentTo(String node) {
        status();
        List<PaxosMessage> all = new ArrayList<>();
        TestProbe<PaxosMessage> probe = peers.get(node);
        PaxosMessage end = new PaxosMessage.TakeOver(Ballot.NONE);
        probe.getRef().tell(end);
        for (PaxosMessage next = probe.receiveMessage(); !next.equals(end); next = probe.receiveMessage()) {
            all.add(next);
        }
        return all;
    }

    Prepare becomeCandidate() {
        electionTimeoutPasses();
        await("n3", Prepare.class);
        return await("n2", Prepare.class);
    }

    void promise(Prepare prepare, String node, long chosenThrough, Vote... votes) {
        promise(prepare.ballot(), node, chosenThrough, votes);
    }

    void promise(Ballot ballot, String node, long chosenThrough, Vote... votes) {
        tell(new Promise(ballot, new Voter(node, 0), chosenThrough, chosenThrough + 1, Promise.END, List.of(votes)));
    }

    /** Elected by n2, which has voted for nothing. */
    Ballot becomeLeader() {
        Prepare prepare = becomeCandidate();
        promise(prepare, "n2", 0);
        Accept first = await("n2", Accept.class);
        answer(first, "n2");
        status();
        return first.ballot();
    }

    void answer(Accept accept, String node) {
        tell(new Accepted(
                accept.ballot(),
                new Voter(node, 0),
                accept.decrees().first(),
                accept.decrees().last(),
                accept.round(),
                accept.chosenThrough()));
    }

    TestProbe<Replica.Reply> propose(String command) {
        TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
        tell(new Replica.Propose(Replica.NO_SESSION, 0, 0, ByteString.fromString(command), client.getRef()));
        return client;
    }

    TestProbe<Replica.Reply> read(ReadConsistency consistency) {
        TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
        tell(new Replica.Query(1, ByteString.emptyByteString(), consistency, client.getRef()));
        return client;
    }

    Replica.MembersListed members() {
        TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
        tell(new Replica.ListMembers(client.getRef()));
        return client.expectMessageClass(Replica.MembersListed.class);
    }

    static Decree command(String text) {
        return new Decree.Command(0, 0, 0, ByteString.fromString(text));
    }

    @Override
    public void close() {
        system.close();
    }
}
