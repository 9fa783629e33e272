package io.troupe.raft;

import com.typesafe.config.ConfigFactory;
import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.AppendReply;
import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.PreVoteReply;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.Engine;
import io.troupe.replication.Groups;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.paper.FaultySnapshots;
import io.troupe.replication.paper.HeldWrites;
import io.troupe.replication.paper.PaperSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.util.ByteString;

/** One real server, n1, among probes that play its peers; time passes only when told. */
final class PaperServer implements AutoCloseable {

    private static final String PERSISTENCE_ID = "raft-g@n1";

    private final PaperSystem system;
    final ActorTestKit kit;
    final RaftSettings settings;
    final PersistenceTestKit disk;
    final JournalMachine.Histories histories = new JournalMachine.Histories();
    final Map<String, TestProbe<RaftMessage>> peers = new TreeMap<>();
    final TestProbe<RaftMessage> stranger;
    private final AtomicLong clock = new AtomicLong();
    private final List<String> founders;
    private final Set<String> witnesses;
    final FaultySnapshots storage = new FaultySnapshots();
    TestProbe<PeerDirectory.Command> directory;
    private TestProbe<Replica.Message> handled;
    private ActorRef<Replica.Message> server;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private PaperServer(int size, String hocon) {
        this(IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList(), hocon);
    }

    private PaperServer(List<String> founders, String hocon) {
        this(founders, Set.of(), hocon);
    }

    private PaperServer(List<String> founders, Set<String> witnesses, String hocon) {
        this.system =
                PaperSystem.create(ConfigFactory.parseString(hocon).withFallback(PersistenceTestKitPlugin.config()));
        this.kit = system.kit();
        this.settings = RaftSettings.from(kit.system().settings().config());
        this.disk = PersistenceTestKit.create(kit.system());
        this.founders = founders;
        this.witnesses = witnesses;
        founders.stream()
                .filter(node -> !node.equals("n1"))
                .forEach(node -> peers.put(node, kit.createTestProbe(RaftMessage.class)));
        this.stranger = kit.createTestProbe(RaftMessage.class);
        start();
    }

    static PaperServer ofThree() {
        return new PaperServer(3, "");
    }

    static PaperServer ofThree(String hocon) {
        return new PaperServer(3, hocon);
    }

    static PaperServer ofFive() {
        return new PaperServer(5, "");
    }

    /** Of a group that n1 does not belong to. */
    static PaperServer joining(String... founders) {
        return new PaperServer(List.of(founders), "");
    }

    /** Of n1, n2 and n3, of which these are witnesses. */
    static PaperServer ofThreeWithWitnesses(String hocon, String... witnesses) {
        return new PaperServer(List.of("n1", "n2", "n3"), Set.of(witnesses), hocon);
    }

    static PaperServer alone() {
        return new PaperServer(1, "");
    }

    void start() {
        start(clock.get());
    }

    private void start(long bornNanos) {
        directory = kit.createTestProbe(PeerDirectory.Command.class);
        TestProbe<Groups.Hosted> hosted = kit.createTestProbe(Groups.Hosted.class);
        var seat = new Engine.Seat(
                "g",
                "n1",
                founders,
                witnesses,
                histories.factory(),
                new SplittableRandom(7),
                directory.getRef(),
                hosted.getRef());
        var identity =
                new RaftReplica.Identity(seat, settings, storage, clock::get, bornNanos, (server, role) -> passGate());
        handled = kit.createTestProbe(Replica.Message.class);
        server = kit.spawn(Behaviors.monitor(Replica.Message.class, handled.getRef(), RaftReplica.create(identity)));
        hosted.receiveMessage();
        directory.expectMessageClass(PeerDirectory.Join.class);
        peers.forEach((node, probe) -> server.tell(
                new PeerDirectory.PeerAt(node, Optional.of(probe.getRef().unsafeUpcast()))));
        status(); // Its disk has been read, and it sees time pass.
    }

    /** As a crash does: memory is gone, the disk stays. */
    void restart() {
        kit.stop(server);
        start();
    }

    /** The node needs so long before its replica is there. */
    void restartTaking(int ticks) {
        long bornNanos = clock.get();
        kit.stop(server);
        clock.addAndGet(settings.tick().multipliedBy(ticks).toNanos());
        start(bornNanos);
    }

    ActorRef<Replica.Message> server() {
        return server;
    }

    TestProbe<RaftMessage> peer(String node) {
        return peers.get(node);
    }

    void tell(Replica.Message message) {
        server.tell(message);
    }

    Replica.Status status() {
        TestProbe<Replica.Status> probe = kit.createTestProbe(Replica.Status.class);
        server.tell(new ReplicaControl.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    /** Whatever is sent meanwhile is in the mailbox together, before anything that the server tells itself. */
    void inOneGo(Runnable sending) {
        gate = new CountDownLatch(1);
        server.tell(new Replicator.HigherTerm(0)); // Means nothing, but is a step.
        sending.run();
        gate.countDown();
    }

    private void passGate() {
        HeldWrites.awaitOpen(gate);
    }

    void failNextWrite() {
        disk.failNextPersisted(PERSISTENCE_ID);
    }

    /** Writes to the journal end only after the runnable that this gives has run. */
    Runnable holdWrites() {
        return HeldWrites.of(disk);
    }

    // -- time

    void ticksPass(int ticks) {
        timePasses(settings.tick().multipliedBy(ticks));
        status(); // They are handled before anything that is sent now.
    }

    void timePasses(Duration time) {
        clock.addAndGet(time.toNanos());
        system.timePasses(time);
    }

    /** The process is stopped: its clock goes on, and nothing else. */
    void isStoppedFor(Duration pause) {
        clock.addAndGet(pause.toNanos());
    }

    /** The longest a follower waits. */
    void electionTimeoutPasses() {
        ticksPass(2 * settings.electionTicks());
    }

    void heartbeatIntervalPasses() {
        ticksPass(settings.ticksPerHeartbeat());
    }

    // -- what peers say

    static LogSlice entries(long firstIndex, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(entry(terms[i], "e" + (firstIndex + i) + "t" + terms[i]));
        }
        return LogSlice.of(firstIndex, entries);
    }

    static Entry entry(long term, String command) {
        return new Entry(term, new Entry.Command(0, 0, 0, ByteString.fromString(command)));
    }

    static Entry reconfigured(long term, Configuration configuration) {
        return new Entry(term, new Entry.Reconfigure(configuration));
    }

    AppendReply append(long term, LogPosition previous, LogSlice entries, long leaderCommit) {
        TestProbe<AppendReply> probe = kit.createTestProbe(AppendReply.class);
        server.tell(new AppendEntries(term, "n2", previous, entries, leaderCommit, 0, probe.getRef()));
        return probe.receiveMessage();
    }

    /** Entries of these terms from index 1 on, from a leader of the last one's term. */
    void hasLog(long... terms) {
        append(terms[terms.length - 1], LogPosition.ORIGIN, entries(1, terms), 0);
    }

    AppendReply heartbeat(long term) {
        return append(term, LogPosition.ORIGIN, LogSlice.empty(1), 0);
    }

    VoteReply requestVote(long term, String candidate, LogPosition last) {
        server.tell(new RequestVote(term, candidate, last, false, stranger.getRef()));
        return (VoteReply) stranger.receiveMessage();
    }

    PreVoteReply preVote(long term, String candidate, LogPosition last) {
        server.tell(new PreVote(term, candidate, last, stranger.getRef()));
        return (PreVoteReply) stranger.receiveMessage();
    }

    /** The next message of this type to the peer; others are skipped. */
    <M extends RaftMessage> M await(String node, Class<M> type) {
        return await(node, type, any -> true);
    }

    <M extends RaftMessage> M await(String node, Class<M> type, Predicate<M> wanted) {
        for (int i = 0; i < 1000; i++) {
            RaftMessage message = peer(node).receiveMessage(Duration.ofSeconds(10));
            if (type.isInstance(message) && wanted.test(type.cast(message))) {
                return type.cast(message);
            }
        }
        throw new AssertionError("no such " + type.getSimpleName() + " to " + node);
    }

    /** All that the peer was told until now and has not been looked at yet. */
    List<RaftMessage> said(String node) {
        system.awaitIdle();
        return received(node);
    }

    /** All that has come to the peer and has not been looked at yet. */
    List<RaftMessage> received(String node) {
        var end = new VoteReply(0, "the end", false);
        peer(node).getRef().tell(end);
        List<RaftMessage> all = new ArrayList<>();
        for (RaftMessage next = peer(node).receiveMessage();
                next != end;
                next = peer(node).receiveMessage()) {
            all.add(next);
        }
        return all;
    }

    /** Of what the peer was sent until now the last, which carries the latest round. */
    AppendEntries latest(String node) {
        return said(node).stream()
                .filter(AppendEntries.class::isInstance)
                .map(AppendEntries.class::cast)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    // -- the way to leadership

    /** Time passes until the server asks for pre-votes; all peers agree. */
    RequestVote becomeCandidate() {
        electionTimeoutPasses();
        for (String node : peers.keySet()) {
            PreVote preVote = await(node, PreVote.class);
            server.tell(new PreVoteReply(preVote.term(), node, true));
        }
        RequestVote request = null;
        for (String node : peers.keySet()) {
            request = await(node, RequestVote.class);
        }
        return request;
    }

    /** Elected by all; gives the term. */
    long becomeLeader() {
        long term = becomeCandidate().term();
        peers.keySet().forEach(node -> server.tell(new VoteReply(term, node, true)));
        for (String node : peers.keySet()) {
            await(node, AppendEntries.class, append -> append.term() == term);
        }
        return term;
    }

    /** The peer says that its log equals the leader's through {@code matchIndex}. */
    void accept(String node, long matchIndex) {
        heartbeatIntervalPasses();
        AppendEntries last = await(node, AppendEntries.class);
        answer(node, last, matchIndex);
    }

    /** The peer answers what it was sent; the server has heard of it, by way of its replicator, when this returns. */
    void answer(String node, AppendEntries sent, long matchIndex) {
        sent.replyTo().tell(new AppendAccepted(sent.term(), node, matchIndex, sent.round()));
        Replica.Message message;
        do {
            message = handled.receiveMessage(Duration.ofSeconds(10));
        } while (!(message instanceof Replicator.Progress progress
                && progress.peer().equals(node)
                && progress.round() == sent.round()));
        status();
    }

    void reject(AppendEntries append, String node, LogPosition hint) {
        append.replyTo()
                .tell(new AppendRejected(append.term(), node, append.previous().index(), hint, append.round()));
    }

    /** A node that is to join: it is there from now on. */
    void joins(String node) {
        peers.put(node, kit.createTestProbe(RaftMessage.class));
        server.tell(new PeerDirectory.PeerAt(
                node, Optional.of(peers.get(node).getRef().unsafeUpcast())));
    }

    TestProbe<Replica.Reply> reconfigure(Replica.MemberChange... changes) {
        TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
        server.tell(new Replica.Reconfigure(List.of(changes), client.getRef()));
        status();
        return client;
    }

    Replica.MembersListed members() {
        TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
        server.tell(new Replica.ListMembers(client.getRef()));
        return client.expectMessageClass(Replica.MembersListed.class);
    }

    <M> TestProbe<M> probe(Class<M> type) {
        return kit.createTestProbe(type);
    }

    TestProbe<Replica.Reply> client() {
        return probe(Replica.Reply.class);
    }

    TestProbe<Replica.Reply> propose(String command) {
        TestProbe<Replica.Reply> client = client();
        server.tell(new Replica.Propose(Replica.NO_SESSION, 0, 0, ByteString.fromString(command), client.getRef()));
        return client;
    }

    @Override
    public void close() {
        system.close();
    }
}
