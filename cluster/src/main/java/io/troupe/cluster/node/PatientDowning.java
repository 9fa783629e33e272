package io.troupe.cluster.node;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.DowningProvider;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.remote.UniqueAddress;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * A downing provider for nodes that host consensus groups and nothing else: an unreachable member stays one until it is in
 * contact again, however long that takes, because a group's safety rests on no decision about who is there. It is downed
 * only when it holds up others that want in or out ({@link HeldUp}), after {@code split-brain-resolver.stable-after} in
 * which nothing about that has changed. A member that was downed by others meanwhile hears so when it speaks to them, and
 * downs itself: its next life joins as any other.
 *
 * <p>Not for singletons, shards, or whatever else must end where it is cut off: {@code SplitBrainResolverProvider} is.
 */
public final class PatientDowning extends DowningProvider {

    private static final String PROVIDER = "pekko.cluster.downing-provider-class";

    /**
     * Of a node that has it. Artery must not give up a peer that nobody has downed: by its defaults it does so after six
     * hours, and takes no word of that life any more.
     */
    public static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry(PROVIDER, PatientDowning.class.getName()),
            Map.entry("pekko.remote.artery.advanced.give-up-system-message-after", "100 days"),
            Map.entry("pekko.remote.artery.advanced.quarantine-idle-outbound-after", "100 days"));

    private final Duration stableAfter;

    /** Called by Pekko, which finds it by {@code pekko.cluster.downing-provider-class}. */
    public PatientDowning(ActorSystem system) {
        this.stableAfter = system.settings().config().getDuration("pekko.cluster.split-brain-resolver.stable-after");
    }

    /**
     * Downs who is out of contact and will not be waited for, so that it counts for no side any more. Without effect in a
     * system where another provider decides.
     *
     * @param isGone told a node's id: whether the node is gone for good
     */
    public static void downThoseGone(org.apache.pekko.actor.typed.ActorSystem<?> system, Predicate<String> isGone) {
        if (!system.settings().config().getString(PROVIDER).equals(PatientDowning.class.getName())) {
            return;
        }
        Cluster cluster = Cluster.get(system);
        for (Member member : cluster.state().getUnreachable()) {
            if (member.status() != MemberStatus.down() && isGone.test(Membership.nodeId(member))) {
                cluster.manager().tell(new Down(member.address()));
            }
        }
    }

    @Override
    public FiniteDuration downRemovalMargin() {
        return FiniteDuration.apply(stableAfter.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Option<Props> downingActorProps() {
        return Option.apply(Adapter.<Command>props(() ->
                Behaviors.setup(context -> Behaviors.withTimers(timers -> new Watch(context, timers, stableAfter)))));
    }

    private sealed interface Command permits Tick, Due, WrappedQuarantined {}

    private enum Tick implements Command {
        TICK
    }

    private record Due(Set<Address> down) implements Command {}

    private record WrappedQuarantined(UniqueAddress by) implements Command {}

    /** One member's: only that of the leader among those in contact downs others. */
    private static final class Watch extends AbstractBehavior<Command> {

        private static final Duration TICK = Duration.ofMillis(500);

        private final TimerScheduler<Command> timers;
        private final Duration stableAfter;
        private final Cluster cluster;
        private Set<Address> considered = Set.of();
        private boolean removed;

        Watch(ActorContext<Command> context, TimerScheduler<Command> timers, Duration stableAfter) {
            super(context);
            context.setLoggerName(PatientDowning.class);
            this.timers = timers;
            this.stableAfter = stableAfter;
            this.cluster = Cluster.get(context.getSystem());
            context.getSystem()
                    .eventStream()
                    .tell(new EventStream.Subscribe<>(
                            ThisActorSystemQuarantinedEvent.class,
                            context.messageAdapter(
                                    ThisActorSystemQuarantinedEvent.class,
                                    event -> new WrappedQuarantined(event.remoteAddress()))));
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, TICK);
        }

        @Override
        public Receive<Command> createReceive() {
            return newReceiveBuilder()
                    .onMessageEquals(Tick.TICK, this::onTick)
                    .onMessage(Due.class, due -> onDue(due.down()))
                    .onMessage(WrappedQuarantined.class, wrapped -> onQuarantined(wrapped.by()))
                    .build();
        }

        private Behavior<Command> onTick() {
            Set<Address> down = toDown();
            if (!down.equals(considered)) {
                considered = down;
                timers.cancel(Due.class);
                if (!down.isEmpty()) {
                    timers.startSingleTimer(Due.class, new Due(down), stableAfter);
                }
            }
            return this;
        }

        private Set<Address> toDown() {
            ClusterEvent.CurrentClusterState state = cluster.state();
            Address self = cluster.selfMember().address();
            Set<Address> down = HeldUp.toDown(state, self);
            boolean decides = self.equals(state.getLeader()) || down.equals(Set.of(self));
            return decides ? down : Set.of();
        }

        private Behavior<Command> onDue(Set<Address> down) {
            considered = Set.of();
            if (down.equals(toDown())) {
                getContext().getLog().warn("Downing {}, unreachable, so that others may come and go", down);
                down.forEach(address -> cluster.manager().tell(new Down(address)));
            }
            return this;
        }

        private Behavior<Command> onQuarantined(UniqueAddress by) {
            boolean isMember = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                    .map(Member::uniqueAddress)
                    .anyMatch(one -> one.address().equals(by.address()) && one.longUid() == by.uid());
            if (isMember && !removed) {
                removed = true;
                getContext().getLog().warn("{} has removed this node from the cluster: downing it", by.address());
                cluster.manager().tell(new Down(cluster.selfMember().address()));
            }
            return this;
        }
    }
}
