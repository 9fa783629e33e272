package io.troupe.chain;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Offer;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.replication.Applier;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * One server of a chain: its history, its epoch, and its links. Owned by one {@link ChainReplica}.
 *
 * <p>Transitions: in epoch e → waiting, when the master's decision of a later one is known, while a lease is granted to a
 * server that it leaves out; waiting → in the later epoch, durably: the head at once, others when their predecessor has told
 * them what both have. Who is not in the chain acts in no epoch, and asks to join.
 */
final class ChainServer {

    private static final class Write {
        final long ticket;
        final Runnable then;
        long last;

        Write(long ticket, long last, Runnable then) {
            this.ticket = ticket;
            this.last = last;
            this.then = then;
        }
    }

    final String group;
    final String node;
    final ChainSettings settings;
    final ActorContext<Replica.Message> context;
    final ActorRef<Replica.Message> self;
    private final ChainReplica.Identity identity;
    private final ActorRef<ChainLog.Write> log;
    private final ActorRef<Applier.Command> applier;
    private final TreeMap<String, ActorRef<ChainMessage>> peers = new TreeMap<>();
    private final TreeMap<String, Link> links = new TreeMap<>();
    private final Deque<Write> underWay = new ArrayDeque<>();
    private final History history;
    private final Sent sent = new Sent();
    private final Compaction compaction;
    private final GrantedLease lease;

    private Configuration configuration;
    private Configuration entered;
    private Configuration recorded;
    private boolean entering;
    private boolean fetching;
    private boolean extending;
    private long issued;
    private long durable;
    private long stable;
    private long appliedTold;
    private long applied;
    private long attempt;
    private long acknowledgedTold;
    private long behindSince = -1;
    private Optional<Long> floor = Optional.empty();

    ChainServer(
            ChainReplica.Identity identity,
            ActorContext<Replica.Message> context,
            ActorRef<ChainLog.Write> log,
            ActorRef<Applier.Command> applier,
            ChainLog.Recovered recovered) {
        this.identity = identity;
        this.group = identity.group();
        this.node = identity.node();
        this.settings = identity.settings();
        this.context = context;
        this.self = context.getSelf();
        this.log = log;
        this.applier = applier;
        this.history = recovered.history();
        this.durable = history.lastIndex();
        this.stable = recovered.stable();
        this.applied = recovered.snapshot().index();
        this.appliedTold = applied;
        this.entered = recovered.configuration().orElse(Configuration.founding(identity.members()));
        this.configuration = entered;
        this.recorded = entered;
        this.compaction = new Compaction(this, recovered.snapshot());
        this.lease = new GrantedLease(settings, identity.nanoClock());
        lease.grant(settings.arrangement().answering(entered)); // One granted just before it stopped may still run.
        begin();
        extending = entered.joining().isPresent(); // It may have been asked for before it stopped.
        applyStable();
        advance();
    }

    // -- what it knows

    Configuration configuration() {
        return configuration;
    }

    /** That it acts in. */
    long epoch() {
        return entered.epoch();
    }

    /** It acts in the latest epoch that it knows of, and belongs to it. */
    boolean isActive() {
        return !entering
                && entered.epoch() == configuration.epoch()
                && (entered.hasMember(node) || entered.isJoining(node));
    }

    boolean isHead() {
        return isActive() && entered.head().equals(node);
    }

    boolean isAnswering() {
        return isActive() && settings.arrangement().answering(entered).equals(node);
    }

    History history() {
        return history;
    }

    Sent sent() {
        return sent;
    }

    GrantedLease lease() {
        return lease;
    }

    Compaction compaction() {
        return compaction;
    }

    long durable() {
        return durable;
    }

    long stable() {
        return stable;
    }

    long applied() {
        return applied;
    }

    /** Index that queries wait for; empty when it is not known yet how far the predecessor had come. */
    Optional<Long> floor() {
        return floor;
    }

    Replica.Status status() {
        Replica.Role role = isHead()
                ? Replica.Role.LEADER
                : configuration.hasMember(node) ? Replica.Role.FOLLOWER : Replica.Role.LEARNER;
        return new Replica.Status(
                group,
                node,
                role,
                Optional.of(configuration.head()),
                configuration.epoch(),
                stable,
                applied,
                compaction.snapshot().index());
    }

    // -- peers

    void peerAt(String name, Optional<ActorRef<Replica.Message>> replica) {
        replica.ifPresentOrElse(ref -> peers.put(name, ref.narrow()), () -> peers.remove(name));
    }

    boolean canReach(String name) {
        return peers.containsKey(name);
    }

    void tell(String name, ChainMessage message) {
        ActorRef<ChainMessage> peer = peers.get(name);
        if (peer != null) {
            peer.tell(message);
        }
    }

    /** Of the configuration known last, but itself. */
    List<String> others() {
        List<String> all = new ArrayList<>(configuration.chain());
        configuration.joining().ifPresent(all::add);
        all.remove(node);
        return all;
    }

    // -- epochs (§3.2)

    /** The master has decided. */
    void onConfigured(Configuration decided) {
        if (decided.epoch() > configuration.epoch()) {
            configuration = decided;
            links.clear();
            floor = Optional.empty();
            enterNext();
        }
    }

    private void enterNext() {
        boolean belongs = configuration.hasMember(node) || configuration.isJoining(node);
        if (entering || entered.epoch() == configuration.epoch() || !belongs || lease.isHeldAgainst(configuration)) {
            return;
        }
        if (configuration.head().equals(node)) {
            enter(history.lastIndex());
        } else {
            connect();
        }
    }

    /** Nothing is said in the epoch before this is durable: the one before must not come back after a crash. */
    private void enter(long kept) {
        Configuration next = configuration;
        entering = true;
        recorded = next; // What is written after it must not take it back.
        truncateAfter(kept);
        write(new LogEvent.Entered(next, kept, stable), () -> {
            entering = false;
            entered = next;
            begin();
            advance();
            enterNext();
        });
    }

    private void truncateAfter(long index) {
        history.truncateAfter(index);
        sent.dropAbove(index);
        durable = Math.min(durable, index);
        underWay.forEach(write -> write.last = Math.min(write.last, index));
    }

    private void begin() {
        links.clear();
        extending = false;
        settings.arrangement().successors(entered, node).forEach(name -> links.put(name, new Link(this, name)));
        if (entered.head().equals(node)) {
            floor = Optional.of(history.lastIndex());
        }
    }

    private Optional<String> predecessor() {
        return settings.arrangement().predecessor(configuration, node);
    }

    /** Tells the predecessor what is here (§3.2, message 2). */
    private void connect() {
        attempt = identity.random().nextLong();
        predecessor()
                .ifPresent(name -> tell(
                        name, new Connect(configuration.epoch(), node, attempt, stable, history.endsAbove(stable))));
    }

    void onConnect(Connect connect) {
        Link link = links.get(connect.from());
        if (link == null || !isActive() || connect.epoch() != epoch()) {
            return;
        }
        if (connect.stable() > history.lastIndex()) {
            throw new IllegalStateException("Group " + group + ": " + connect.from() + " has what is durable everywhere"
                    + " through " + connect.stable() + ", but its predecessor " + node + " has only what is through "
                    + history.lastIndex() + ": its disk has lost what it held. Started again, it joins anew");
        }
        long agreed = history.agreedWith(connect.stable(), connect.ends());
        tell(connect.from(), new Resume(epoch(), connect.attempt(), agreed, history.lastIndex()));
        link.connect(agreed);
    }

    void onResume(Resume resume) {
        if (resume.epoch() != configuration.epoch() || resume.attempt() != attempt || entering) {
            return;
        }
        floor = Optional.of(resume.floor());
        if (entered.epoch() != configuration.epoch()) {
            enter(Math.min(resume.agreed(), history.lastIndex()));
        }
    }

    // -- updates (§3.1)

    /** The head gives the next index. */
    long append(Update.Request request) {
        history.append(new Update(epoch(), request));
        return history.lastIndex();
    }

    /** Writes what was appended from {@code first} on. */
    void log(long first) {
        write(new LogEvent.Logged(history.slice(first, history.lastIndex()), stable), () -> {});
    }

    void onForward(Forward forward) {
        if (!isActive() || forward.epoch() != epoch()) {
            return;
        }
        if (forward.updates().first() > history.lastIndex() + 1) {
            connect(); // Something before it was lost.
            return;
        }
        Updates news = forward.updates().above(history.lastIndex());
        sent.addAbove(history.lastIndex(), forward.waiting());
        if (!news.isEmpty()) {
            history.append(news);
            write(new LogEvent.Logged(news, stable), () -> {});
        }
        learnStable(forward.stable());
        if (forward.receipt()) {
            afterWrites(this::acknowledge);
        }
    }

    void onAck(Ack ack) {
        Link link = links.get(ack.from());
        if (link == null || !isActive() || ack.epoch() != epoch()) {
            return;
        }
        link.onAck(ack);
        advance();
    }

    /** Durable here, and at all that are below. */
    long acknowledged() {
        long least = durable;
        for (var link : links.entrySet()) {
            if (entered.hasMember(link.getKey()) || extending) {
                least = Math.min(least, link.getValue().acknowledged());
            }
        }
        return least;
    }

    private void advance() {
        if (!isActive()) {
            return;
        }
        links.values().forEach(Link::flush);
        long acknowledged = acknowledged();
        if (acknowledged > acknowledgedTold) {
            acknowledge();
        }
        if (settings.arrangement().knowsWhatIsStable(entered, node)) {
            setStable(acknowledged);
        }
    }

    private void acknowledge() {
        if (isActive()) {
            acknowledgedTold = acknowledged();
            predecessor().ifPresent(name -> tell(name, new Ack(epoch(), node, durable, acknowledgedTold)));
        }
    }

    private void learnStable(long known) {
        setStable(Math.min(known, durable));
    }

    private void setStable(long index) {
        if (index > stable) {
            stable = index;
            applyStable();
        }
    }

    private void applyStable() {
        if (stable > appliedTold) {
            List<Applier.Waiting> clients = sent.takeThrough(stable);
            Updates updates = history.slice(appliedTold + 1, stable);
            appliedTold = stable;
            compaction.told(updates);
            applier.tell(new Applier.Apply(updates, isAnswering() ? clients : List.of()));
        }
    }

    void onApplied(Applier.Applied event) {
        applied = Math.max(applied, event.index());
        compaction.maybeBegin();
    }

    void ask(Applier.Ask ask) {
        applier.tell(ask);
    }

    // -- time

    void onTick() {
        enterNext();
        Heartbeat beat = new Heartbeat(configuration, epoch(), node, durable, stable);
        identity.members().stream().filter(name -> !name.equals(node)).forEach(name -> tell(name, beat));
        if (isActive()) {
            acknowledge();
            if (floor.isEmpty()) {
                connect();
            }
            links.values().forEach(Link::onTick);
        }
        compaction.onTick();
    }

    /** A message to this server may have been lost: what the predecessor has and this one has not, it asks for. */
    void onHeartbeat(Heartbeat beat) {
        onConfigured(beat.configuration());
        if (isActive()
                && beat.epoch() == epoch()
                && predecessor().filter(beat.from()::equals).isPresent()) {
            learnStable(beat.stable());
            if (beat.last() > behindSince && behindSince == history.lastIndex() && !fetching) {
                connect();
            }
            behindSince = history.lastIndex();
        }
    }

    /**
     * Whether the joining server has all that is stable, and so may become the tail (§3.3). When what it lacks is on its way,
     * nothing more is stable without it: what a tail has acknowledged, the next one must have, should this one fail.
     */
    boolean hasBroughtUp(String joining) {
        Link link = links.get(joining);
        extending |= isActive() && link != null && link.isStreaming();
        return isActive() && extending && link != null && link.acknowledged() >= stable;
    }

    // -- disk

    private void write(LogEvent event, Runnable then) {
        underWay.add(new Write(++issued, history.lastIndex(), then));
        log.tell(new ChainLog.Write(issued, event));
    }

    private void afterWrites(Runnable then) {
        if (underWay.isEmpty()) {
            then.run();
        } else {
            underWay.add(new Write(issued, underWay.getLast().last, then));
        }
    }

    void onStored(long ticket) {
        while (!underWay.isEmpty() && underWay.getFirst().ticket <= ticket) {
            Write write = underWay.remove();
            durable = Math.max(durable, write.last);
            write.then.run();
        }
        advance();
    }

    // -- snapshots (§3.3)

    void freeze() {
        applier.tell(Applier.Freeze.FREEZE);
    }

    void compactTo(Position snapshot, Runnable durably) {
        history.forgetThrough(Math.min(snapshot.index() - settings.retainedEntries(), stable));
        write(new LogEvent.Rebased(recorded, snapshot, true), durably);
    }

    void offerSnapshot(String to) {
        ActorRef<ChainMessage> peer = peers.get(to);
        Position snapshot = compaction.snapshot();
        if (peer != null && snapshot.index() > 0) {
            context.spawnAnonymous(
                    SnapshotReader.offer(identity.storage(), group, snapshot, epoch(), peer, self.narrow()),
                    blocking());
        }
    }

    void onFetchChunk(ChainMessage.FetchChunk fetch) {
        context.spawnAnonymous(
                SnapshotReader.read(identity.storage(), group, fetch, settings.maxMessageBytes()), blocking());
    }

    void onOffer(Offer offer) {
        if (!fetching
                && isActive()
                && offer.epoch() == epoch()
                && offer.snapshot().index() > history.lastIndex()) {
            fetching = true;
            context.spawnAnonymous(
                    SnapshotFetcher.create(identity.storage(), group, offer, settings.failureTimeout(), self.narrow()),
                    blocking());
        }
    }

    void onFetched(Optional<Position> fetched) {
        fetching = false;
        Position snapshot = fetched.orElse(Position.NONE);
        if (entering || snapshot.index() <= history.lastIndex()) {
            return;
        }
        history.replaceBy(snapshot);
        stable = snapshot.index();
        appliedTold = snapshot.index();
        compaction.installed(snapshot);
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.epoch()));
        write(new LogEvent.Rebased(recorded, snapshot, false), () -> {
            compaction.rests(snapshot);
            connect();
        });
    }

    SnapshotStorage storage() {
        return identity.storage();
    }

    DispatcherSelector blocking() {
        return DispatcherSelector.fromConfig(settings.blockingDispatcher());
    }
}
