package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Offer;
import io.troupe.replication.Applier;
import io.troupe.replication.Compaction;
import io.troupe.replication.LeadershipTransfer;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotFetcher;
import io.troupe.replication.SnapshotReader;
import io.troupe.replication.Snapshots;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What a replica knows in every role: as acceptor its pledge and votes, as learner what is decided; and its hands, the
 * children that write, apply and snapshot. Owned by one {@link PaxosReplica}; only its current {@link Role} changes it.
 */
final class PaxosServer implements Compaction.Host<SnapshotMetadata> {

    private record Write(long ticket, Runnable answer) {}

    /** A leader may be so much further, where it proposes, than an acceptor that votes for it. */
    private static final long VOTES_AHEAD_WINDOWS = 4;

    final String group;
    final String node;
    final PaxosSettings settings;
    final RandomGenerator random;
    final LongSupplier nanoClock;
    final Snapshots snapshots;
    final ActorContext<Replica.Message> context;
    final ActorRef<Replica.Message> self;
    final Observers observers;
    final GrantedLease lease;
    final CatchUp catchUp;
    final LeadershipTransfer transfer;

    private final ActorRef<WriteAheadLog.Write<LedgerEvent>> ledger;
    private final ActorRef<Applier.Command> applier;
    private final ActorRef<PeerDirectory.Command> directory;
    private final TreeMap<String, ActorRef<PaxosMessage>> peers = new TreeMap<>();
    private final TreeSet<String> hosts;
    private final Compaction<SnapshotMetadata> compaction;
    private final Deque<Write> underWay = new ArrayDeque<>();
    private final VoteLog log;

    private Memberships memberships;
    private Pledge pledge;
    private Pledge durable;
    private long issued;
    private long appliedIndex;
    private int readsAtApplier;
    private long lastReadId;
    private Ballot highestSeen = Ballot.NONE;
    private Optional<String> leader = Optional.empty();
    private boolean abstaining;
    private SortedSet<String> sought = new TreeSet<>();

    PaxosServer(
            PaxosReplica.Identity identity,
            ActorContext<Replica.Message> context,
            ActorRef<WriteAheadLog.Write<LedgerEvent>> ledger,
            ActorRef<Applier.Command> applier,
            Ledger.Recovered recovered,
            SnapshotMetadata snapshot) {
        this.group = identity.seat().group();
        this.node = identity.seat().node();
        this.settings = identity.settings();
        this.random = identity.seat().random();
        this.nanoClock = identity.nanoClock();
        this.snapshots = new Snapshots(identity.storage(), group, context, settings.blockingDispatcher());
        this.directory = identity.seat().directory();
        this.hosts = new TreeSet<>(identity.seat().members());
        this.context = context;
        this.self = context.getSelf();
        this.ledger = ledger;
        this.applier = applier;
        this.pledge = recovered.pledge();
        this.durable = pledge;
        this.log = recovered.log();
        this.memberships = new Memberships(snapshot.memberships());
        this.observers = new Observers(context);
        this.lease = new GrantedLease(settings, nanoClock);
        this.compaction = new Compaction<>(
                this,
                snapshots,
                new Compaction.Limits(settings.snapshotEntries(), settings.snapshotBytes(), settings.electionTicks()),
                snapshot);
        this.catchUp = new CatchUp(this);
        this.transfer = new LeadershipTransfer(group, node, settings.electionTicks());
        this.appliedIndex = snapshot.index();
        applyRecovered(snapshot.index());
        if (!pledge.promised().equals(Ballot.NONE)) {
            lease.grant(pledge.promised()); // One granted just before it stopped would not have run out yet.
        }
    }

    /** What was known to be decided when it last wrote, is decided. */
    private void applyRecovered(long snapshotIndex) {
        log.forgetThrough(snapshotIndex);
        Decrees decided = log.decrees(snapshotIndex + 1, pledge.chosenThrough(), Long.MAX_VALUE);
        pledge = pledge.chosenThrough(Math.max(snapshotIndex, decided.last()));
        apply(decided, List.of());
    }

    // -- what it knows

    Pledge pledge() {
        return pledge;
    }

    /** What of it is known to be on disk. */
    Pledge durablePledge() {
        return durable;
    }

    Voter voter() {
        return new Voter(node, pledge.token());
    }

    /** Whether nothing is on its way to the disk. */
    boolean isDurable() {
        return underWay.isEmpty();
    }

    VoteLog log() {
        return log;
    }

    long chosenThrough() {
        return pledge.chosenThrough();
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    Memberships memberships() {
        return memberships;
    }

    Compaction<SnapshotMetadata> compaction() {
        return compaction;
    }

    SnapshotMetadata snapshot() {
        return compaction.snapshot();
    }

    Optional<String> leader() {
        return leader;
    }

    void follow(Optional<String> newLeader) {
        leader = newLeader;
        newLeader.ifPresent(transfer::leaderIs);
    }

    /** Whether it may vote in the next instance, and so may lead. */
    boolean mayStand() {
        return !abstaining && memberships.at(chosenThrough() + 1).counts(voter());
    }

    void abstain() {
        abstaining = true;
    }

    /** A ballot of its own, above all it has heard of; it counts as used when its promise is durable. */
    Ballot nextBallot() {
        return (highestSeen.isAfter(pledge.promised()) ? highestSeen : pledge.promised()).next(node);
    }

    /** For all instances that are not known to be decided. */
    Phase1 phase1(Ballot ballot) {
        return new Phase1(ballot, chosenThrough() + 1, settings.phase1Quorum());
    }

    void saw(Ballot ballot) {
        if (ballot.isAfter(highestSeen)) {
            highestSeen = ballot;
        }
    }

    Replica.Status status(Replica.Role role) {
        return new Replica.Status(
                group,
                node,
                role,
                leader,
                pledge.promised().round(),
                chosenThrough(),
                appliedIndex,
                snapshot().index());
    }

    // -- peers

    Optional<ActorRef<PaxosMessage>> peer(String name) {
        return Optional.ofNullable(peers.get(name));
    }

    void peerAt(String name, Optional<ActorRef<Replica.Message>> replica) {
        replica.ifPresentOrElse(ref -> peers.put(name, ref.narrow()), () -> peers.remove(name));
    }

    /** Those of the members that decide instances from the next one on, and of the learners, that can be reached now. */
    void tellMembers(PaxosMessage message) {
        memberships.membersSince(chosenThrough() + 1).forEach(name -> tell(name, message));
    }

    void tell(String name, PaxosMessage message) {
        if (!name.equals(node)) {
            peer(name).ifPresent(peer -> peer.tell(message));
        }
    }

    /** Somebody else who can be reached. */
    Optional<String> anyPeer() {
        List<String> reachable = List.copyOf(peers.keySet());
        return reachable.isEmpty() ? Optional.empty() : Optional.of(reachable.get(random.nextInt(reachable.size())));
    }

    SortedSet<String> peersToSeek() {
        SortedSet<String> all = memberships.membersSince(chosenThrough() + 1);
        all.addAll(hosts);
        all.remove(node);
        return all;
    }

    private void seekPeers() {
        SortedSet<String> wanted = peersToSeek();
        if (!wanted.equals(sought)) {
            sought = wanted;
            directory.tell(new PeerDirectory.Seek(group, wanted));
        }
    }

    // -- acceptor (Paxos Made Simple, §2.2; for all instances at once, §3)

    /** {@code answer} runs when the promise is durable. */
    void promise(Ballot ballot, Runnable answer) {
        if (!pledge.mayPromise(ballot)) {
            throw new IllegalStateException("Promise of " + ballot + " after that of " + pledge.promised());
        }
        if (ballot.equals(pledge.promised())) {
            afterWrites(answer);
        } else {
            pledge = pledge.promising(ballot);
            write(List.of(), answer);
        }
    }

    /** Votes where it still matters; {@code answer} runs when that is durable. */
    void accept(Ballot ballot, Decrees decrees, Runnable answer) {
        if (!pledge.mayAccept(ballot)) {
            throw new IllegalStateException("Vote in " + ballot + " after the promise of " + pledge.promised());
        }
        boolean promises = ballot.isAfter(pledge.promised());
        pledge = pledge.promising(ballot);
        Decrees open = decrees.above(chosenThrough());
        if (!open.isEmpty()) {
            Votes votes = new Votes(ballot, open);
            log.put(votes);
            write(List.of(votes), answer);
        } else if (promises) {
            write(List.of(), answer);
        } else {
            afterWrites(answer);
        }
    }

    /** Whether it knows so little of what is decided that its votes there would have no bound: by the group's α. */
    boolean isTooFarAhead(long instance) {
        long window = memberships.at(chosenThrough() + 1).window();
        return instance > chosenThrough() + VOTES_AHEAD_WINDOWS * window;
    }

    private void write(List<Votes> votes, Runnable answer) {
        Pledge written = pledge;
        underWay.add(new Write(++issued, () -> {
            durable = written;
            answer.run();
        }));
        ledger.tell(new WriteAheadLog.Write<>(issued, new LedgerEvent.Written(pledge, votes)));
    }

    /** Runs {@code answer} when everything so far is durable. */
    void afterWrites(Runnable answer) {
        if (underWay.isEmpty()) {
            answer.run();
        } else {
            underWay.add(new Write(issued, answer));
        }
    }

    void onStored(long ticket) {
        while (!underWay.isEmpty() && underWay.getFirst().ticket() <= ticket) {
            underWay.remove().answer().run();
        }
    }

    /** A disk that had lost what it held: votes count under a new token only. */
    void beginAnew(long token, SnapshotMetadata founding) {
        pledge = pledge.withToken(token);
        found(founding, () -> {});
    }

    /** The first event of a replica. */
    void found(SnapshotMetadata founding, Runnable durably) {
        rebase(founding, durably);
    }

    // -- learner

    /** Everything through {@code instance} is decided, and is in the log; {@code clients} are answered. */
    void choose(long instance, List<Applier.Waiting> clients) {
        if (instance <= chosenThrough()) {
            return;
        }
        Decrees decided = log.decrees(chosenThrough() + 1, instance, Long.MAX_VALUE);
        if (decided.last() < instance) {
            throw new IllegalStateException("Group " + group + ": instances through " + instance + " are decided, but "
                    + node + " has none for " + (decided.last() + 1));
        }
        pledge = pledge.chosenThrough(instance);
        apply(decided, clients);
    }

    private void apply(Decrees decided, List<Applier.Waiting> clients) {
        if (decided.isEmpty()) {
            return;
        }
        Decrees effective = memberships.learn(decided);
        seekPeers();
        compaction.told(decided.sizeBytes());
        applier.tell(new Applier.Apply(effective, clients));
    }

    /**
     * The master of {@code ballot} says that everything through {@code instance} is decided: so are those for which this
     * acceptor has voted in the same ballot, for in one ballot one decree is proposed (§2.2). The rest must be fetched.
     */
    void chosenBy(Ballot ballot, long instance) {
        chooseVoted(ballot, instance);
        if (chosenThrough() < instance) {
            catchUp.behind(ballot.node());
        }
    }

    /** Everything through {@code instance} is decided; that is known here as far as this acceptor has voted in {@code ballot}. */
    void chooseVoted(Ballot ballot, long instance) {
        choose(log.votedThrough(chosenThrough(), instance, ballot), List.of());
    }

    /** Another replica says what is decided. */
    void learn(Decrees decided) {
        Decrees news = decided.above(chosenThrough());
        if (news.isEmpty() || news.first() > chosenThrough() + 1) {
            return;
        }
        Votes votes = new Votes(Ballot.NONE, news);
        log.put(votes);
        choose(news.last(), List.of());
        write(List.of(votes), () -> {});
    }

    /** Answers a replica that is behind (Paxos Made Live, §5.5). */
    void onFetch(PaxosMessage.Fetch fetch) {
        if (fetch.from() > chosenThrough()) {
            fetch.replyTo().tell(new PaxosMessage.Learned(Decrees.none(fetch.from()), chosenThrough()));
        } else if (fetch.from() > log.base()) {
            Decrees decided = log.decrees(fetch.from(), chosenThrough(), settings.maxMessageBytes());
            fetch.replyTo().tell(new PaxosMessage.Learned(decided, chosenThrough()));
        } else if (snapshot().hasState()) {
            SnapshotMetadata offered = snapshot();
            ActorRef<SnapshotReader.FetchChunk> from = self.narrow();
            snapshots.find(offered.index(), 0, stored -> fetch.replyTo()
                    .tell(new Offer(offered, stored.length(), stored.checksum(), from)));
        }
    }

    void fetchSnapshot(Offer offer) {
        snapshots.fetch(
                new SnapshotFetcher.Offered(offer.snapshot().index(), 0, offer.length(), offer.checksum()),
                offer.from(),
                settings.electionTimeout());
    }

    void onApplied(Applier.Applied applied) {
        appliedIndex = Math.max(appliedIndex, applied.index());
        readsAtApplier -= applied.answered();
        compaction.maybeBegin();
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

    // -- snapshots

    /** Else a snapshot could not tell who decides what follows. */
    @Override
    public boolean maySnapshot(long index) {
        return memberships.at(index + 1).isKnown();
    }

    @Override
    public SnapshotMetadata snapshotAt(long index, long term) {
        return new SnapshotMetadata(index, memberships.asOf(index));
    }

    @Override
    public void freeze() {
        applier.tell(Applier.Freeze.FREEZE);
    }

    /** The snapshot is durable, and so the log may forget what it holds, but for a tail kept for those a little behind. */
    @Override
    public void compactTo(SnapshotMetadata snapshot, Runnable durably) {
        log.forgetThrough(snapshot.index() - settings.retainedEntries());
        rebase(snapshot, durably);
    }

    /** Replaces the state by a snapshot that another replica gave. */
    void install(SnapshotMetadata snapshot, Runnable durably) {
        log.forgetThrough(snapshot.index());
        memberships = new Memberships(snapshot.memberships());
        pledge = pledge.chosenThrough(snapshot.index());
        compaction.installed(snapshot);
        seekPeers();
        applier.tell(new Applier.Restore(snapshot.index(), 0));
        rebase(snapshot, durably);
    }

    private void rebase(SnapshotMetadata snapshot, Runnable durably) {
        Pledge written = pledge;
        underWay.add(new Write(++issued, () -> {
            durable = written;
            durably.run();
        }));
        ledger.tell(new WriteAheadLog.Write<>(issued, new LedgerEvent.Rebased(pledge, snapshot)));
    }
}
