package io.troupe.chain;

import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.replication.Applier;
import io.troupe.replication.Compaction;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.Members;
import io.troupe.replication.Snapshots;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * One server of a chain: what every server has, whatever its place. Its history, and how far that is durable here, durable
 * everywhere, and applied; its {@link Epochs}; its links {@link Upstream} and {@link Downstream}. What the {@link Head} does
 * besides, and who answers {@link Queries}, is theirs. Owned by one {@link ChainReplica}.
 */
final class ChainServer implements Compaction.Host<Position> {

    final String group;
    final String node;
    final ChainSettings settings;
    final ActorContext<Replica.Message> context;
    final ActorRef<Replica.Message> self;
    final Peers peers;
    final History history;
    final Sent sent;
    final Writes writes;
    final GrantedLease lease;
    final Epochs epochs;
    final Upstream upstream;
    final Downstream downstream = new Downstream(this);
    final Compaction<Position> compaction;
    final StateTransfer transfer;
    private final List<String> founders;
    private final ActorRef<Applier.Command> applier;

    private long stable;
    private long stableElsewhere;
    private long appliedTold;
    private long applied;

    ChainServer(
            ChainReplica.Identity identity,
            ActorContext<Replica.Message> context,
            ActorRef<WriteAheadLog.Write<LogEvent>> log,
            ActorRef<Applier.Command> applier,
            ChainLog.Recovered recovered) {
        this.group = identity.seat().group();
        this.node = identity.seat().node();
        this.founders = identity.seat().members();
        this.settings = identity.settings();
        this.context = context;
        this.self = context.getSelf();
        this.sent = new Sent(self.narrow());
        this.applier = applier;
        this.history = recovered.history();
        this.writes = new Writes(log, history.lastIndex());
        this.stable = recovered.stable();
        this.applied = recovered.snapshot().index();
        this.appliedTold = applied;
        this.lease = new GrantedLease(settings, identity.nanoClock());
        Configuration entered = recovered.configuration().orElse(Configuration.founding(founders));
        this.epochs = new Epochs(this, lease, entered);
        this.peers = new Peers(identity.seat(), entered);
        this.upstream = new Upstream(this, identity.seat().random());
        var snapshots = new Snapshots(identity.storage(), group, context, settings.blockingDispatcher());
        this.transfer = new StateTransfer(this, snapshots);
        this.compaction = new Compaction<>(
                this,
                snapshots,
                new Compaction.Limits(settings.snapshotEntries(), settings.snapshotBytes(), settings.failureTicks()),
                recovered.snapshot());
        applyStable();
        if (recovered.isFirst() && founders.contains(node)) {
            beginAsFounder(identity.hasLostData());
        }
    }

    private void beginAsFounder(boolean hasLostData) {
        if (hasLostData) {
            epochs.beginWithoutData();
        } else {
            epochs.found();
        }
    }

    /** Of the group, whether they are in the chain now or not. */
    Members members() {
        return configuration().membersOr(founders);
    }

    /** It is one of them. */
    boolean belongsToGroup() {
        return members().has(node);
    }

    // -- what it knows

    /** The latest. */
    Configuration configuration() {
        return epochs.latest().configuration();
    }

    /** That it acts in. */
    long epoch() {
        return epochs.entered().epoch();
    }

    boolean isActive() {
        return epochs.isActive();
    }

    boolean isHead() {
        return isActive() && epochs.entered().isHead();
    }

    boolean isAnswering() {
        return isActive() && epochs.entered().isAnswering();
    }

    /** It acts in the chain, so that it may read. */
    boolean isMember() {
        return isActive() && epochs.entered().isMember();
    }

    History history() {
        return history;
    }

    long durable() {
        return writes.durable();
    }

    /** Durable here, and at all that are above. */
    long durableFromHead() {
        return Math.min(durable(), upstream.durableAbove());
    }

    /** Durable here, and at all that are below. */
    long acknowledged() {
        return downstream.acknowledged();
    }

    /** Known to be durable at every server: to who answers first, and to the others by what that one says. */
    long stable() {
        return stable;
    }

    long applied() {
        return applied;
    }

    @Override
    public long appliedIndex() {
        return applied;
    }

    /** Of the configuration known last, but itself. */
    List<String> others() {
        List<String> all = new ArrayList<>(configuration().chain());
        configuration().joining().ifPresent(all::add);
        all.remove(node);
        return all;
    }

    Replica.Role role() {
        return isHead()
                ? Replica.Role.LEADER
                : epochs.latest().isMember() && !epochs.hasLost() ? Replica.Role.FOLLOWER : Replica.Role.LEARNER;
    }

    Replica.Status status() {
        return new Replica.Status(
                group,
                node,
                role(),
                Optional.of(configuration().head())
                        .filter(head -> belongsToGroup() || configuration().hasMember(node)),
                configuration().epoch(),
                stable,
                applied,
                compaction.snapshot().index());
    }

    // -- updates (§3)

    /** An epoch has been entered. */
    void begin() {
        Place place = epochs.entered();
        stableElsewhere = stable;
        downstream.begin(place);
        upstream.begin(place);
        advance();
    }

    /** Of updates that are in the history now: to the disk here, and beside that to who is below. */
    void log(Updates updates) {
        writes.write(new LogEvent.Logged(updates, stable), () -> {});
        downstream.flush();
    }

    /** More may be durable, here or below. */
    void advance() {
        if (isActive()) {
            downstream.flush();
            long acknowledged = acknowledged();
            upstream.onProgress(acknowledged);
            if (epochs.entered().isAnswering()) {
                setStable(Math.min(acknowledged, upstream.durableAbove()));
            }
            followStable(stable);
        }
    }

    void onStable(Stable message) {
        if (epochs.isActiveIn(message.epoch())) {
            learnStable(message.index());
        }
    }

    /** By what another server of this epoch knows: stable here as far as it is durable here, and else as soon as it is. */
    void learnStable(long known) {
        if (known > stable && isHead() && downstream.isAlone()) {
            epochs.lose();
        } else {
            followStable(known);
        }
    }

    private void followStable(long known) {
        stableElsewhere = Math.max(stableElsewhere, known);
        setStable(Math.min(stableElsewhere, durable()));
    }

    private void setStable(long index) {
        if (index > stable) {
            stable = index;
            if (isAnswering() && !isHead()) {
                peers.tell(configuration().head(), new Stable(epoch(), stable));
            }
            applyStable();
        }
    }

    private void applyStable() {
        if (stable > appliedTold) {
            Updates updates = history.slice(appliedTold + 1, stable);
            appliedTold = stable;
            compaction.told(updates.sizeBytes());
            applier.tell(new Applier.Apply(updates, answeredHere(updates)));
            sent.dropThrough(stable);
        }
    }

    /** The head answers the clients of its own node, whose answers would have to come back to it; the tail all others. */
    private List<Applier.Waiting> answeredHere(Updates updates) {
        if (isAnswering()) {
            return sent.waitingFor(updates);
        }
        return isHead() ? sent.waitingHereFor(updates) : List.of();
    }

    /** Who waits for what goes to a successor, and may have to be answered there. */
    List<ChainMessage.Clients> answeredBelow(Updates updates) {
        return isHead() ? sent.elsewhere(updates) : sent.clientsOf(updates);
    }

    /** Their updates are in the hands of other servers now, or in nobody's. */
    void abandonClients() {
        String detail = node + " is not the head of group " + group + " any more";
        sent.waitingFor(history.slice(stable + 1, history.lastIndex())).forEach(client -> client.abandon(detail));
        sent.dropThrough(history.lastIndex());
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
        epochs.enterNext();
        if (belongsToGroup() || epochs.latest().belongs()) {
            Heartbeat beat = beat();
            peers.all().forEach(name -> peers.tell(name, beat));
        }
        if (isActive()) {
            upstream.onTick();
            downstream.onTick();
        }
        compaction.onTick();
    }

    private Heartbeat beat() {
        return new Heartbeat(configuration(), epoch(), node, durable(), stable);
    }

    /** A server that was removed is told so: the master's group does not, of which it is no member any more. */
    void onHeartbeat(Heartbeat beat) {
        boolean isBehind = beat.configuration().epoch() < configuration().epoch();
        if (isBehind && !peers.all().contains(beat.from())) {
            peers.seekStranger(beat.from());
            peers.tell(beat.from(), beat());
        } else {
            peers.leaveStranger(beat.from());
        }
        epochs.onConfigured(beat.configuration());
        downstream.onHeartbeat(beat);
        upstream.onHeartbeat(beat);
    }

    // -- snapshots (§3)

    @Override
    public Position snapshotAt(long index, long term) {
        return new Position(index, term);
    }

    @Override
    public void freeze() {
        applier.tell(Applier.Freeze.FREEZE);
    }

    /** The history goes on beyond the snapshot, and begins a little below it, for servers that are a little behind. */
    @Override
    public void compactTo(Position snapshot, Runnable durably) {
        history.forgetThrough(Math.min(snapshot.index() - settings.retainedEntries(), stable));
        writes.write(new LogEvent.Rebased(epochs.recorded(), snapshot, true), durably);
    }

    /** Nothing is left of the history but what another server's snapshot holds. */
    void install(Position snapshot) {
        history.replaceBy(snapshot);
        stable = snapshot.index();
        appliedTold = snapshot.index();
        compaction.installed(snapshot);
        upstream.onInstalled();
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.epoch()));
        writes.write(new LogEvent.Rebased(epochs.recorded(), snapshot, false), () -> {
            compaction.rests(snapshot);
            upstream.connect();
        });
    }
}
