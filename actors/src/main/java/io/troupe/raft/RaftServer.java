package io.troupe.raft;

import io.troupe.replication.Applier;
import io.troupe.replication.Compaction;
import io.troupe.replication.LeadershipTransfer;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.Snapshots;
import io.troupe.replication.WriteAheadLog;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What a server knows in every role (Figure 2, "State"), and its hands: the children that write, apply and
 * snapshot. Owned by one {@link RaftReplica}; only its current {@link Role} changes it.
 */
final class RaftServer implements Compaction.Host<SnapshotMetadata> {

    final String group;
    final String node;
    final RaftSettings settings;
    final RandomGenerator random;
    final SnapshotStorage storage;
    final ActorContext<Replica.Message> context;
    final ActorRef<Replica.Message> self;
    final DurableFrontier frontier;
    final Observers observers;
    final Forwarding forwarding;

    private final ActorRef<WriteAheadLog.Write<LogEvent>> disk;
    private final ActorRef<Applier.Command> applier;
    private final ActorRef<SnapshotReceiver.Command> receiver;
    private final TreeMap<String, ActorRef<RaftMessage>> peers = new TreeMap<>();
    private final ActorRef<PeerDirectory.Command> directory;
    private final Compaction<SnapshotMetadata> compaction;
    private final ConfigurationHistory configurations;
    private final Inspector inspector;
    private final LeadershipTransfer transfer;

    private HardState hardState;
    private LogView log;
    private long commitIndex;
    private long appliedIndex;
    private int readsAtApplier;
    private long lastReadId;
    private Optional<String> leader = Optional.empty();
    private boolean abstaining;
    private HardState durable;
    private final LongSupplier nanoClock;
    private final long bornNanos;
    private final boolean witness;
    private int ticksPledged;
    private Configuration sought;

    RaftServer(
            RaftReplica.Identity identity,
            ActorContext<Replica.Message> context,
            ActorRef<WriteAheadLog.Write<LogEvent>> disk,
            ActorRef<Applier.Command> applier,
            ActorRef<SnapshotReceiver.Command> receiver,
            RaftLog.Recovered recovered,
            SnapshotMetadata snapshot) {
        this.group = identity.seat().group();
        this.node = identity.seat().node();
        this.settings = identity.settings();
        this.random = identity.seat().random();
        this.storage = identity.storage();
        this.context = context;
        this.self = context.getSelf();
        this.directory = identity.seat().directory();
        this.disk = disk;
        this.applier = applier;
        this.inspector = identity.inspector();
        this.receiver = receiver;
        this.hardState = recovered.hardState();
        this.durable = hardState;
        this.log = recovered.snapshot().isPresent() ? recovered.log() : LogView.startingAfter(snapshot.last());
        this.commitIndex = snapshot.index();
        this.appliedIndex = snapshot.index();
        this.frontier = new DurableFrontier(log.lastIndex());
        this.observers = new Observers(context);
        this.forwarding = new Forwarding(self, settings);
        this.transfer = new LeadershipTransfer(group, node, settings.electionTicks());
        this.configurations = new ConfigurationHistory(snapshot, log);
        this.sought = configuration();
        this.compaction = new Compaction<>(
                this,
                new Snapshots(storage, group, context, settings.blockingDispatcher()),
                new Compaction.Limits(settings.snapshotEntries(), settings.snapshotBytes(), settings.electionTicks()),
                snapshot);
        this.nanoClock = identity.nanoClock();
        this.bornNanos = identity.bornNanos();
        this.witness = identity.isWitness();
        if (recovered.snapshot().isPresent()) {
            ticksPledged = settings.electionTicks() - ticksSinceBirth(); // Whom it followed before, it has forgotten.
        }
        checkKind();
    }

    // -- what it knows

    long term() {
        return hardState.term();
    }

    HardState hardState() {
        return hardState;
    }

    LogView log() {
        return log;
    }

    long commitIndex() {
        return commitIndex;
    }

    LogPosition committed() {
        return new LogPosition(commitIndex, log.termAt(commitIndex));
    }

    /** Else a leader does not know yet what is committed (§8). */
    boolean hasCommittedInTerm() {
        return log.termAt(commitIndex) == term();
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    SnapshotMetadata snapshot() {
        return compaction.snapshot();
    }

    Configuration configuration() {
        return configurations.latest();
    }

    /** Where the configuration in force stands in the log. */
    long configurationIndex() {
        return configurations.latestIndex();
    }

    /** As far as this server knows. */
    boolean isConfigurationCommitted() {
        return configurationIndex() <= commitIndex;
    }

    Configuration configurationAt(long index) {
        return configurations.at(index);
    }

    Optional<String> leader() {
        return leader;
    }

    void follow(Optional<String> newLeader) {
        leader = newLeader;
        newLeader.ifPresent(transfer::leaderIs);
    }

    /** Leadership that this server hands over, or has handed over just now. */
    LeadershipTransfer transfer() {
        return transfer;
    }

    Optional<ActorRef<RaftMessage>> peer(String node) {
        return Optional.ofNullable(peers.get(node));
    }

    /** The other voters that can be reached now. */
    List<ActorRef<RaftMessage>> voters() {
        return configuration().peersOf(node).stream()
                .filter(configuration()::isVoter)
                .flatMap(voter -> peer(voter).stream())
                .toList();
    }

    /** It votes, and has no state. */
    boolean isWitness() {
        return witness;
    }

    /** Else a majority would be counted on for a state that it has not got, or spared one that it has. */
    private void checkKind() {
        boolean voterThere = configuration().isVoter(node);
        if (voterThere && configuration().isWitness(node) != witness) {
            throw new IllegalStateException("Group " + group + " has " + node + " as a "
                    + (witness ? "voter with a state" : "witness") + ", but it is hosted there as a "
                    + (witness ? "witness" : "replica with a state") + ". Host it as what it is, on an empty disk");
        }
    }

    /** The directory looks for whoever is in the configuration in force. */
    private void seekPeers() {
        if (configuration() != sought) {
            checkKind();
            sought = configuration();
            directory.tell(new PeerDirectory.Seek(group, sought.peersOf(node)));
        }
    }

    void peerAt(String node, Optional<ActorRef<Replica.Message>> replica) {
        replica.ifPresentOrElse(ref -> peers.put(node, ref.narrow()), () -> peers.remove(node));
    }

    /** Its node is leaving: it stands for no election any more. */
    void abstain() {
        abstaining = true;
    }

    /**
     * Also when the configuration in force has it no more, as long as that is not known to be committed: it may be the
     * only one that has it (thesis §4.2.2).
     */
    boolean mayStand() {
        return !abstaining && !witness && configurations.isVoterSince(commitIndex, node);
    }

    /** A leader is heard, and may count on it: no other is supported for the minimum election timeout from now. */
    void pledge() {
        ticksPledged = settings.electionTicks();
    }

    /** Whole ticks in which it has certainly heard no leader before it recovered; at most an election timeout. */
    int ticksSinceBirth() {
        long ticks = (nanoTime() - bornNanos) / settings.tick().toNanos();
        return (int) Math.min(ticks, settings.electionTicks());
    }

    boolean isPledged() {
        return ticksPledged > 0;
    }

    void onTick() {
        ticksPledged = Math.max(0, ticksPledged - 1);
        compaction.onTick();
        transfer.onTick();
    }

    /** This node's monotonic clock, which goes on while the process is stopped. */
    long nanoTime() {
        return nanoClock.getAsLong();
    }

    /**
     * Randomized over one to one and a half election timeouts (§5.2, §9.3), in ticks. The paper has twice; but who stands
     * too early here is refused by pre-vote, and two that stand at once are rarer than ticks of the same number, because
     * servers do not count theirs in step.
     */
    int randomElectionTicks() {
        return settings.electionTicks() + random.nextInt(spreadTicks());
    }

    /** How long a candidate that was refused stays one: less than any that was not (§5.2, "Split votes"). */
    int randomTicksOfSplitVote() {
        return 1 + random.nextInt(spreadTicks());
    }

    private int spreadTicks() {
        return Math.max(1, settings.electionTicks() / 2);
    }

    Replica.Status status(Replica.Role role) {
        return new Replica.Status(
                group,
                node,
                role,
                leader,
                term(),
                commitIndex,
                appliedIndex,
                snapshot().index());
    }

    // -- term and vote (§5.1, §5.2)

    /** A later term begins; its vote is free. */
    void enterTerm(long term) {
        if (term < term()) {
            throw new IllegalStateException("Term would go back from " + term() + " to " + term);
        }
        if (term > term()) {
            hardState = new HardState(term, Optional.empty());
            writeHardState(() -> {});
        }
    }

    /** Votes in the present term; {@code answer} runs when the vote is durable and the term is still the same. */
    void castVote(String candidate, Runnable answer) {
        if (!hardState.mayVoteFor(candidate)) {
            throw new IllegalStateException(
                    "Second vote in term " + term() + ": for " + candidate + " after " + hardState.votedFor());
        }
        hardState = new HardState(term(), Optional.of(candidate));
        writeHardState(answer);
    }

    private void writeHardState(Runnable answer) {
        write(LogSlice.empty(log.lastIndex() + 1), answer);
    }

    /** What of it is known to be on disk. */
    HardState durableHardState() {
        return durable;
    }

    // -- log

    /** The leader's: one more entry at the end, to be written with {@link #writeFrom}. */
    long append(Entry.Payload payload) {
        log = log.append(new Entry(term(), payload));
        configurations.appended(log.lastIndex(), payload);
        seekPeers();
        return log.lastIndex();
    }

    /** Writes what the log holds from {@code index} on; {@code answer} as in {@link #castVote}. */
    void writeFrom(long index, Runnable answer) {
        write(log.from(index), answer);
    }

    /** The follower's: replaces the log from the slice's first index on, in memory and on disk. */
    void overwrite(LogSlice news, Runnable answer) {
        long first = news.firstIndex();
        if (first <= commitIndex) {
            throw new IllegalStateException("Group " + group + ": entry " + first
                    + " would be overwritten, but everything through " + commitIndex + " is committed");
        }
        if (first <= log.lastIndex()) {
            log = log.truncatedFrom(first);
            frontier.truncatedFrom(first);
            configurations.truncatedFrom(first);
        }
        log = log.append(news);
        news.forEach((entry, index) -> configurations.appended(index, entry.payload()));
        seekPeers();
        write(news, answer);
    }

    private void write(LogSlice entries, Runnable answer) {
        HardState written = hardState;
        Runnable inThisTerm = inThisTerm(answer);
        long ticket = frontier.issue(entries.lastIndex(), () -> {
            durable = written;
            inThisTerm.run();
        });
        disk.tell(new WriteAheadLog.Write<>(ticket, new LogEvent.Written(hardState, entries)));
    }

    /**
     * Runs {@code answer} when the present term is durable, which it mostly is; never in a later term. An answer that
     * promises nothing but the term need not wait for entries that are under way.
     */
    void whenTermIsDurable(Runnable answer) {
        if (durable.term() == term()) {
            answer.run();
        } else {
            afterWrites(answer);
        }
    }

    /** Runs {@code answer} when everything so far is durable, if the term is still the same then. */
    void afterWrites(Runnable answer) {
        frontier.afterAllIssued(inThisTerm(answer));
    }

    private Runnable inThisTerm(Runnable answer) {
        long term = term();
        return () -> {
            if (term() == term) {
                answer.run();
            }
        };
    }

    /** Everything through {@code index} is committed: it is applied, and {@code clients} are answered. */
    void commitTo(long index, List<Applier.Waiting> clients) {
        if (index > commitIndex) {
            inspector.beforeCommit(this, index);
            LogSlice committed = log.from(commitIndex + 1).endingAt(index);
            commitIndex = index;
            compaction.told(committed.sizeBytes());
            applier.tell(new Applier.Apply(committed, clients));
        }
    }

    // -- reads at the applier

    void ask(long index, List<Replica.Query> queries) {
        readsAtApplier += queries.size();
        applier.tell(new Applier.Ask(index, queries));
    }

    /** Not repeated in the life of this actor, so that a late answer is not taken for one to a later question. */
    long nextReadId() {
        return ++lastReadId;
    }

    int readsAtApplier() {
        return readsAtApplier;
    }

    void onApplied(Applier.Applied applied) {
        appliedIndex = Math.max(appliedIndex, applied.index());
        log.settle(appliedIndex);
        readsAtApplier -= applied.answered();
        compaction.maybeBegin();
    }

    // -- snapshots (§7)

    Compaction<SnapshotMetadata> compaction() {
        return compaction;
    }

    /** Else a snapshot could not carry it (§7). */
    @Override
    public boolean maySnapshot(long index) {
        return configurationAt(index).isKnown();
    }

    @Override
    public SnapshotMetadata snapshotAt(long index, long term) {
        return new SnapshotMetadata(new LogPosition(index, term), configurationAt(index));
    }

    @Override
    public void freeze() {
        applier.tell(Applier.Freeze.FREEZE);
    }

    /** The log now rests on {@code snapshot}; what it replaces is dropped, but for a tail kept in memory. */
    @Override
    public void compactTo(SnapshotMetadata snapshot, Runnable durable) {
        log = log.compactedThrough(snapshot.index() - settings.retainedEntries());
        configurations.compactedTo(snapshot);
        rebaseDisk(snapshot, 0, true, durable);
    }

    /** Replaces the state by a snapshot of the leader (Figure 13, rules 6 to 8). */
    void install(SnapshotMetadata snapshot, Runnable durable) {
        boolean restStays = log.contains(snapshot.last());
        if (!restStays) {
            frontier.truncatedFrom(1);
        }
        log = log.rebasedOn(snapshot.last());
        configurations.restart(snapshot, log);
        seekPeers();
        commitIndex = snapshot.index();
        compaction.installed(snapshot);
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.last().term()));
        rebaseDisk(snapshot, snapshot.index(), restStays, durable);
    }

    private void rebaseDisk(SnapshotMetadata snapshot, long lastIndex, boolean restStays, Runnable durable) {
        long ticket = frontier.issue(lastIndex, durable);
        disk.tell(new WriteAheadLog.Write<>(ticket, new LogEvent.Rebased(hardState, snapshot, restStays)));
    }

    /** Writes the founding configuration of a group that was never hosted here. */
    void found(SnapshotMetadata founding) {
        rebaseDisk(founding, 0, false, () -> {});
    }

    ActorRef<SnapshotReceiver.Command> receiver() {
        return receiver;
    }
}
