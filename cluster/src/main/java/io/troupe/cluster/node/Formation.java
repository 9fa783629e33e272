package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;

/**
 * Brings the node into its cluster: greets the configured members until {@link Census} tells to
 * join one of them or to form a cluster. Any of them may be down, also the first: unlike with
 * Pekko's own seed nodes there is none that may form a cluster alone.
 *
 * <p>A node may form a cluster and be cut off before a majority has joined it; the others then form another. Members of a
 * cluster without a majority of the configured nodes therefore go on greeting, and give theirs up for one they hear of, also
 * when that counts them among its members already. So does a node that is joining and that none of the members knows.
 *
 * <p>A node that was downed may outlive its cluster: the systems it hosts go on, each with what its own consensus group
 * allows it without the others. It greets them until a new life would find a cluster again, and then its own ends.
 *
 * <p>Transitions: outside → member; outside → refused, when a member of another cluster, or a live
 * node with this node's id, answers; member → leaving → alone → rejoining ({@link Standing}). Answers greetings but while it
 * leaves.
 */
final class Formation extends AbstractBehavior<Formation.Command> {

    /** The actor's name under the node's guardian: greetings are sent to this path. */
    static final String NAME = "formation";

    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration JOIN_AGAIN_AFTER = Duration.ofSeconds(8);
    private static final Duration GREET_MISSING_EVERY = Duration.ofSeconds(1);
    private static final String ENDS_WHEN_DOWNED = "pekko.cluster.run-coordinated-shutdown-when-down";
    /**
     * Of a node that goes on without its cluster when it was downed, until it can rejoin. Pekko counts all others as removed
     * then, and after that time would take no message from them any more, without a word.
     */
    static final Config OUTLIVING = ConfigFactory.parseMap(
            Map.of(ENDS_WHEN_DOWNED, false, "pekko.cluster.quarantine-removed-node-after", "100 days"), "rejoining");

    /**
     * A member that is not in this node's view for so long is of another cluster, and not just about to be seen; one that
     * does not see this node will not; and a node that was removed and still runs was not removed at the others.
     */
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(5);

    private static final Duration EXPLAIN_EVERY = Duration.ofSeconds(10);

    sealed interface Command permits Contact, Greeting, Tick, WrappedCompared, WrappedQuarantined, WrappedMember {}

    /**
     * "I am looking for my cluster."
     *
     * @param data the id of the sender's data directory
     * @param lostData ids of directories that the sender was told to go on without
     * @param asksVote whether the sender asks for a vote to form the cluster
     * @param sentNanos on the sender's clock, echoed in the answer
     */
    record Contact(
            String cluster,
            String node,
            String data,
            List<String> lostData,
            String address,
            boolean asksVote,
            long sentNanos,
            ActorRef<Greeting> replyTo)
            implements Command, Wire {}

    /**
     * @param data the id of the answering node's data directory
     * @param knownData the id of the data directory that the answering node knows the asker by; empty when it does not
     * @param member whether the answering node is in a cluster
     * @param knowsAsker whether the answering node is in a cluster of which it sees the asker's address among the members
     * @param vote whether the asker has the answering node's vote
     */
    record Greeting(
            String cluster,
            String node,
            String data,
            String knownData,
            String address,
            boolean member,
            boolean knowsAsker,
            boolean vote,
            long echoNanos)
            implements Command, Wire {}

    private record Tick() implements Command {}

    private record WrappedCompared(KnownData.Compared compared) implements Command {}

    private record WrappedMember(ClusterEvent.MemberEvent event) implements Command {}

    private record WrappedQuarantined(ThisActorSystemQuarantinedEvent event) implements Command {}

    /** What becomes of this node's life. */
    sealed interface Outcome permits Refused, Rejoining {}

    /** This node must not run as it is configured. */
    record Refused(String why) implements Outcome {}

    /** This node was downed, and a new life of it would find its cluster again. */
    record Rejoining() implements Outcome {}

    private final NodeSettings settings;
    private final ActorRef<KnownData.Command> knownData;
    private final ActorRef<KnownData.Compared> comparisons;
    private final LongSupplier nanoTime;
    private final ActorRef<Outcome> onOutcome;
    private final TimerScheduler<Command> timers;
    private final Cluster cluster;
    private final ConfiguredMembers members;
    private final Greetings greetings;
    private final Census census;
    private final Alone alone;
    private final Vote vote = new Vote();
    private final boolean outlivesItsCluster;
    private boolean formed;
    private boolean toldAlone;
    private Standing standing = Standing.OUTSIDE;
    private long joinedAtNanos;
    private boolean joining;
    private long explainedAtNanos;
    private final Lasting inOtherCluster = new Lasting(GIVE_UP_AFTER);
    private final Lasting unknown = new Lasting(GIVE_UP_AFTER);
    private final Lasting removed = new Lasting(GIVE_UP_AFTER);

    /** @param data the id of this node's data directory */
    static Behavior<Command> create(
            NodeSettings settings, String data, LongSupplier nanoTime, ActorRef<Outcome> onOutcome) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Formation(context, timers, settings, data, nanoTime, onOutcome)));
    }

    private Formation(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            NodeSettings settings,
            String data,
            LongSupplier nanoTime,
            ActorRef<Outcome> onOutcome) {
        super(context);
        context.setLoggerName(Formation.class);
        this.settings = settings;
        this.knownData =
                context.spawn(KnownData.create(settings.dataDir()), "known-data", DispatcherSelector.blocking());
        context.watch(knownData);
        this.comparisons = context.messageAdapter(KnownData.Compared.class, WrappedCompared::new);
        this.nanoTime = nanoTime;
        this.onOutcome = onOutcome;
        this.timers = timers;
        this.cluster = Cluster.get(context.getSystem());
        this.members = new ConfiguredMembers(settings, cluster);
        this.greetings = new Greetings(context, settings, data, members);
        this.census = new Census(
                settings.nodeId(), settings.memberIds(), members.areElsewhere(settings.nodeId()), settings.joins());
        this.alone = new Alone(members.idsOfOthers(), settings.memberIds(), census);
        this.explainedAtNanos = nanoTime.getAsLong();
        this.outlivesItsCluster = !context.getSystem().settings().config().getBoolean(ENDS_WHEN_DOWNED);
        cluster.subscriptions()
                .tell(new Subscribe<>(
                        context.messageAdapter(ClusterEvent.MemberEvent.class, WrappedMember::new),
                        ClusterEvent.MemberEvent.class));
        context.getSystem()
                .eventStream()
                .tell(new EventStream.Subscribe<>(
                        ThisActorSystemQuarantinedEvent.class,
                        context.messageAdapter(ThisActorSystemQuarantinedEvent.class, WrappedQuarantined::new)));
        timers.startTimerAtFixedRate(new Tick(), Duration.ZERO, TICK);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Contact.class, this::onContact)
                .onMessage(WrappedCompared.class, this::onCompared)
                .onMessage(Greeting.class, this::onGreeting)
                .onMessage(WrappedQuarantined.class, this::onQuarantined)
                .onMessage(WrappedMember.class, this::onMember)
                .onMessage(Tick.class, tick -> onTick())
                .build();
    }

    private Behavior<Command> onContact(Contact contact) {
        if (!contact.cluster().equals(settings.cluster())) {
            greetings.tellForeign(contact.cluster(), contact.node(), contact.address());
            greet(contact, "");
        } else if (contact.node().equals(settings.nodeId())) {
            greet(contact, "");
        } else {
            knownData.tell(new KnownData.Compare(contact, comparisons));
        }
        return this;
    }

    private Behavior<Command> onCompared(WrappedCompared wrapped) {
        greet(wrapped.compared().contact(), wrapped.compared().data());
        return this;
    }

    private void greet(Contact contact, String known) {
        if (standing() == Standing.LEAVING) {
            return; // neither to be joined nor to be counted
        }
        boolean isOfUs =
                contact.cluster().equals(settings.cluster()) && (known.isEmpty() || known.equals(contact.data()));
        boolean gaveVote = isOfUs
                && contact.asksVote()
                && standing() == Standing.OUTSIDE
                && vote.give(contact.node(), nanoTime.getAsLong());
        boolean knowsAsker = isMember() && members.present().contains(contact.address());
        greetings.answer(contact, known, isMember(), knowsAsker, gaveVote);
    }

    private Behavior<Command> onGreeting(Greeting greeting) {
        boolean isOfUs = greeting.cluster().equals(settings.cluster())
                && !greeting.node().equals(settings.nodeId());
        if (isOfUs) {
            knownData.tell(new KnownData.Remember(greeting.node(), greeting.data()));
        }
        if (standing() == Standing.ALONE && isOfUs) {
            census.heard(greeting, nanoTime.getAsLong());
        } else if (isMember() && isOfUs && greeting.member()) {
            meet(greeting);
        }
        if (standing() == Standing.OUTSIDE) {
            Optional<String> refusal = greetings.refusal(greeting);
            refusal.ifPresent(this::refuse);
            if (isOfUs && refusal.isEmpty()) {
                census.heard(greeting, nanoTime.getAsLong());
            }
        }
        return this;
    }

    /** Another member: of this node's cluster, it is to be hoped. */
    private void meet(Greeting greeting) {
        Set<String> inContact = members.inContact();
        long now = nanoTime.getAsLong();
        if (inOtherCluster.holds(members.areMinority(inContact) && isOfAnother(greeting, inContact), now)) {
            getContext()
                    .getLog()
                    .warn(
                            "Giving up the cluster of {}, which is no majority of {}: {} at {} is a member of another",
                            inContact,
                            settings.memberIds(),
                            greeting.node(),
                            greeting.address());
            giveUp();
        } else if (unknown.holds(isJoining() && !greeting.knowsAsker(), now)) {
            getContext()
                    .getLog()
                    .warn(
                            "Giving up a membership that no member knows of, {} at {} neither, to join again: who welcomed"
                                    + " this node has not told them",
                            greeting.node(),
                            greeting.address());
            giveUp();
        }
    }

    /**
     * Whoever counts this node among its members and is none of this node's is of another cluster, too: it paused when it was
     * asked to let this node join, which formed a cluster then. In the other nobody else is let in while it waits for this
     * node, to which its gossip is a stranger's.
     */
    private boolean isOfAnother(Greeting greeting, Set<String> inContact) {
        Set<String> ours = greeting.knowsAsker() ? members.present() : inContact;
        return !ours.contains(greeting.address());
    }

    private void refuse(String why) {
        timers.cancelAll();
        onOutcome.tell(new Refused(why));
    }

    private Behavior<Command> onTick() {
        if (standing() == Standing.LEAVING) {
            return onTickAsLeaving();
        }
        if (standing() == Standing.ALONE) {
            return onTickAlone();
        }
        if (isMember()) {
            return onTickAsMember();
        }
        long now = nanoTime.getAsLong();
        boolean asksVote = false;
        Census.Decision decision = census.decide(now, vote.isFreeFor(settings.nodeId(), now));
        if (decision instanceof Census.Wait wait) {
            explain(wait.why(), now);
        } else if (decision instanceof Census.Join join) {
            join(join.addresses(), now);
        } else if (decision instanceof Census.Propose) {
            asksVote = vote.give(settings.nodeId(), now);
        } else if (decision instanceof Census.Form) {
            form();
            return this;
        }
        greetings.send(asksVote, now, Set.of());
        return this;
    }

    /**
     * A minority greets who is missing, to hear of another cluster; and who is joining greets all, to hear whether they know
     * it: who welcomed it may have crashed before anybody else was told, and Pekko's members ignore what a stranger says.
     * With the fault switch on, all members greet who is missing: Artery's test mode drops the answer to a handshake when it
     * comes from a system that has never spoken first, so that a node which began a new life inside a partition would wait
     * for ever after it is healed.
     */
    private Behavior<Command> onTickAsMember() {
        timers.startTimerAtFixedRate(new Tick(), GREET_MISSING_EVERY);
        Set<String> inContact = members.inContact();
        if (isJoining()) {
            greetings.send(false, nanoTime.getAsLong(), Set.of());
        } else if (settings.faultsEnabled() || members.areMinority(inContact)) {
            greetings.send(false, nanoTime.getAsLong(), inContact);
        }
        return this;
    }

    /**
     * Two lives of a node can be members at once, when each joined at another side of a cut. Once the earlier is removed, the
     * later takes itself for removed, because Pekko's {@code ClusterReadView} tells members by their address alone; to the
     * others it stays a member. It ends such a life: the next one joins as any other.
     */
    private Behavior<Command> onTickAsLeaving() {
        boolean isRemoved = !Standing.isOnItsWayOut(cluster.selfMember().status()) && !cluster.isTerminated();
        if (removed.holds(isRemoved, nanoTime.getAsLong())) {
            getContext()
                    .getLog()
                    .warn("An earlier life of this node was removed from the cluster, and this one with it in its own"
                            + " view alone: giving up its membership");
            giveUp();
        }
        return this;
    }

    private Behavior<Command> onTickAlone() {
        timers.startTimerAtFixedRate(new Tick(), GREET_MISSING_EVERY);
        if (alone.shouldRejoin(nanoTime.getAsLong())) {
            rejoin();
            return this;
        }
        if (!toldAlone) {
            toldAlone = true;
            getContext()
                    .getLog()
                    .warn(
                            "This node is in no cluster any more, as one of a minority of {}: its systems go on with what"
                                    + " they have, and it rejoins once a majority is in contact",
                            settings.memberIds());
        }
        greetings.send(false, nanoTime.getAsLong(), Set.of());
        return this;
    }

    private Behavior<Command> onMember(WrappedMember member) {
        alone.onMember(member.event());
        return this;
    }

    private Behavior<Command> onQuarantined(WrappedQuarantined quarantined) {
        alone.onRefused(quarantined.event().remoteAddress().address(), nanoTime.getAsLong());
        return this;
    }

    private void rejoin() {
        timers.cancelAll();
        onOutcome.tell(new Rejoining());
    }

    private void giveUp() {
        alone.giveUp();
        cluster.manager().tell(new Down(cluster.selfMember().address()));
    }

    private boolean isJoining() {
        return cluster.selfMember().status() == MemberStatus.joining();
    }

    private void join(List<String> addresses, long now) {
        if (joining && now - joinedAtNanos < JOIN_AGAIN_AFTER.toNanos()) {
            return;
        }
        joining = true;
        joinedAtNanos = now;
        getContext().getLog().info("Joining the cluster of {}", addresses);
        cluster.manager()
                .tell(new JoinSeedNodes(
                        addresses.stream().map(AddressFromURIString::parse).toList()));
    }

    private void form() {
        formed = true; // answered to others from now on, before the cluster extension has followed
        getContext().getLog().info("Forming cluster '{}' as its first member", settings.cluster());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }

    private void explain(String why, long now) {
        if (now - explainedAtNanos > EXPLAIN_EVERY.toNanos()) {
            explainedAtNanos = now;
            getContext().getLog().info("Not in a cluster yet: {}", why);
        }
    }

    private Standing standing() {
        standing =
                isAlone() ? Standing.ALONE : standing.next(cluster.selfMember().status());
        return formed && standing == Standing.OUTSIDE ? Standing.MEMBER : standing;
    }

    private boolean isAlone() {
        return outlivesItsCluster
                && cluster.isTerminated()
                && CoordinatedShutdown.get(getContext().getSystem())
                        .getShutdownReason()
                        .isEmpty();
    }

    private boolean isMember() {
        return standing() == Standing.MEMBER;
    }
}
