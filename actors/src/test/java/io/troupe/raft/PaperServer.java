package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.AppendReply;
import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.PreVoteReply;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.paper.Door;
import io.troupe.replication.paper.FaultySnapshots;
import io.troupe.replication.paper.PaperReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** One real server, n1, among probes that play its peers; time passes only when told. */
final class PaperServer extends PaperReplica<RaftMessage> {

    final RaftSettings settings;
    final JournalMachine.Histories histories;
    final FaultySnapshots storage = new FaultySnapshots();
    private TestProbe<Replica.Message> handled;
    private Duration starting = Duration.ZERO;
    private volatile Door gate = Door.standingOpen();

    private PaperServer(List<String> founders, Set<String> witnesses, String hocon) {
        this(founders, witnesses, new JournalMachine.Histories(), hocon);
    }

    private PaperServer(
            List<String> founders, Set<String> witnesses, JournalMachine.Histories histories, String hocon) {
        super("n1", founders, witnesses, histories.factory(), hocon);
        this.histories = histories;
        this.settings = RaftSettings.from(kit.system().settings().config());
        start();
    }

    static PaperServer ofThree() {
        return ofThree("");
    }

    static PaperServer ofThree(String hocon) {
        return ofThreeWithWitnesses(hocon);
    }

    /** Of n1, n2 and n3, of which these are witnesses. */
    static PaperServer ofThreeWithWitnesses(String hocon, String... witnesses) {
        return new PaperServer(List.of("n1", "n2", "n3"), Set.of(witnesses), hocon);
    }

    static PaperServer ofFive() {
        return joining("n1", "n2", "n3", "n4", "n5");
    }

    static PaperServer alone() {
        return joining("n1");
    }

    /** Of a group of these founders; n1 need not be one. */
    static PaperServer joining(String... founders) {
        return new PaperServer(List.of(founders), Set.of(), "");
    }

    @Override
    protected Behavior<Replica.Message> replica(Engine.Seat seat) {
        var identity = new RaftReplica.Identity(
                seat,
                settings,
                storage,
                this::nanoTime,
                nanoTime() - starting.toNanos(),
                (server, role) -> gate.pass());
        handled = kit.createTestProbe();
        return Behaviors.monitor(Replica.Message.class, handled.getRef(), RaftReplica.create(identity));
    }

    @Override
    protected String journal() {
        return "raft-g@n1";
    }

    /** The node needs so long before its replica is there. */
    void restartTaking(int ticks) {
        kill();
        starting = settings.tick().multipliedBy(ticks);
        isStoppedFor(starting);
        start();
        starting = Duration.ZERO;
    }

    /** Whatever is sent meanwhile is in the mailbox together, before anything that the server tells itself. */
    void inOneGo(Runnable sending) {
        gate = new Door();
        tell(new Replicator.HigherTerm(0)); // Means nothing, but is a step.
        sending.run();
        gate.open();
    }

    // -- time

    void ticksPass(int ticks) {
        pass(settings.tick().multipliedBy(ticks));
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
        tell(new AppendEntries(term, "n2", previous, entries, leaderCommit, 0, probe.getRef()));
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
        tell(new RequestVote(term, candidate, last, false, stranger.getRef()));
        return (VoteReply) stranger.receiveMessage();
    }

    PreVoteReply preVote(long term, String candidate, LogPosition last) {
        tell(new PreVote(term, candidate, last, stranger.getRef()));
        return (PreVoteReply) stranger.receiveMessage();
    }

    /** Of what the peer was sent until now the last, which carries the latest round. */
    AppendEntries latest(String node) {
        List<AppendEntries> all = sentTo(node, AppendEntries.class);
        return all.get(all.size() - 1);
    }

    // -- the way to leadership

    /** Time passes until the server asks for pre-votes; all peers agree. */
    RequestVote becomeCandidate() {
        electionTimeoutPasses();
        for (String node : peers()) {
            PreVote preVote = await(node, PreVote.class);
            tell(new PreVoteReply(preVote.term(), node, true));
        }
        RequestVote request = null;
        for (String node : peers()) {
            request = await(node, RequestVote.class);
        }
        return request;
    }

    /** Elected by all; gives the term. */
    long becomeLeader() {
        long term = becomeCandidate().term();
        peers().forEach(node -> tell(new VoteReply(term, node, true)));
        for (String node : peers()) {
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
            message = handled.receiveMessage();
        } while (!(message instanceof Replicator.Progress progress
                && progress.peer().equals(node)
                && progress.round() == sent.round()));
        status();
    }

    void reject(AppendEntries append, String node, LogPosition hint) {
        append.replyTo()
                .tell(new AppendRejected(append.term(), node, append.previous().index(), hint, append.round()));
    }
}
