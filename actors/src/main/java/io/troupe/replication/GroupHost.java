package io.troupe.replication;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * Parent of every replica on one node, whatever its engine. One per node, spawned by the node's guardian.
 *
 * <p>A replica that fails is stopped and stays down, shown with role {@link Replica.Role#DOWN}: it is never restarted
 * in place, for what made it fail (a disk that cannot be written, a state machine that threw) would not be gone.
 */
public final class GroupHost extends AbstractBehavior<Groups.Message> {

    private record WrappedHosted(Groups.Hosted hosted) implements Groups.Message {}

    private record WrappedStatus(Replica.Status status) implements Groups.Message {}

    private record ReplicaStopped(String group) implements Groups.Message {}

    /** One hosted group. */
    private static final class Member {
        final ActorRef<Replica.Message> replica;
        final List<ActorRef<Groups.HostReply>> waiting = new ArrayList<>();
        Groups.@Nullable Hosted hosted;
        Replica.Status status;
        boolean down;

        Member(ActorRef<Replica.Message> replica, Replica.Status status) {
            this.replica = replica;
            this.status = status;
        }
    }

    private final String node;
    private final Map<String, Engine> engines;
    private final Engine standard;
    private final Duration patience;
    private final RandomGenerator random;
    private final ActorRef<PeerDirectory.Command> directory;
    private final TreeMap<String, Member> members = new TreeMap<>();

    /**
     * @param node stable id of this node: other nodes find it by this
     * @param engines at least one; the first is that of groups that name none
     * @param random for election timeouts
     */
    public static Behavior<Groups.Command> create(String node, List<Engine> engines, RandomGenerator random) {
        return Behaviors.<Groups.Message>setup(context -> new GroupHost(context, node, engines, random))
                .narrow();
    }

    private GroupHost(ActorContext<Groups.Message> context, String node, List<Engine> engines, RandomGenerator random) {
        super(context);
        this.node = node;
        this.engines = new TreeMap<>();
        engines.forEach(engine -> this.engines.put(engine.name(), engine));
        this.standard = engines.get(0);
        this.patience = engines.stream()
                .map(Engine::electionTimeout)
                .max(Duration::compareTo)
                .orElseThrow();
        this.random = random;
        this.directory = context.spawn(PeerDirectory.create(node, patience.dividedBy(4)), "peer-directory");
    }

    @Override
    public Receive<Groups.Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Groups.Host.class, this::onHost)
                .onMessage(Groups.ListStatus.class, this::onListStatus)
                .onMessage(Groups.HandOver.class, this::onHandOver)
                .onMessage(WrappedHosted.class, wrapped -> onHosted(wrapped.hosted()))
                .onMessage(WrappedStatus.class, wrapped -> onStatus(wrapped.status()))
                .onMessage(ReplicaStopped.class, this::onReplicaStopped)
                .build();
    }

    private Behavior<Groups.Message> onHost(Groups.Host host) {
        Optional<String> impossible = whyImpossible(host);
        if (impossible.isPresent()) {
            host.replyTo().tell(new Groups.NotHosted(host.group(), impossible.get()));
            return this;
        }
        Member member = members.computeIfAbsent(host.group(), group -> spawn(host));
        if (member.down) {
            host.replyTo().tell(notHosted(host.group()));
        } else if (member.hosted != null) {
            host.replyTo().tell(member.hosted);
        } else {
            member.waiting.add(host.replyTo());
        }
        return this;
    }

    private Optional<String> whyImpossible(Groups.Host host) {
        String name = host.engine().orElse(standard.name());
        Engine engine = engines.get(name);
        if (engine == null) {
            return Optional.of("there is no engine '" + name + "' here; there are " + engines.keySet());
        }
        if (!host.witnesses().isEmpty() && !engine.hasWitnesses()) {
            return Optional.of("engine '" + name + "' has no witnesses, but " + host.witnesses()
                    + " are to be some; host" + " the group without, or by an engine that has them");
        }
        return Optional.empty();
    }

    private Member spawn(Groups.Host host) {
        String group = host.group();
        Engine engine = host.engine().map(engines::get).orElse(standard);
        var seat = new Engine.Seat(
                group,
                node,
                host.members(),
                host.witnesses(),
                host.factory(),
                new SplittableRandom(random.nextLong()),
                directory,
                getContext().messageAdapter(Groups.Hosted.class, WrappedHosted::new));
        ActorRef<Replica.Message> replica =
                getContext().spawn(engine.replica(seat), "group-" + URLEncoder.encode(group, StandardCharsets.UTF_8));
        getContext().watchWith(replica, new ReplicaStopped(group));
        replica.tell(new Replica.Observe(getContext().messageAdapter(Replica.Status.class, WrappedStatus::new)));
        return new Member(
                replica, new Replica.Status(group, node, Replica.Role.FOLLOWER, Optional.empty(), 0, 0, 0, 0));
    }

    private Groups.NotHosted notHosted(String group) {
        return new Groups.NotHosted(
                group,
                "the replica of group " + group + " on " + node
                        + " has failed; the log of this node says why. Mend that, and start the node again");
    }

    private Behavior<Groups.Message> onHosted(Groups.Hosted hosted) {
        Member member = members.get(hosted.group());
        if (member != null) {
            member.hosted = hosted;
            member.waiting.forEach(waiting -> waiting.tell(hosted));
            member.waiting.clear();
        }
        return this;
    }

    private Behavior<Groups.Message> onStatus(Replica.Status status) {
        Member member = members.get(status.group());
        if (member != null && !member.down) {
            member.status = status;
        }
        return this;
    }

    private Behavior<Groups.Message> onReplicaStopped(ReplicaStopped stopped) {
        Member member = members.get(stopped.group());
        if (member != null) {
            GroupLogging.of(getContext().getLog(), stopped.group())
                    .error("The replica of group {} on {} is down", stopped.group(), node);
            Replica.Status last = member.status;
            member.down = true;
            member.waiting.forEach(waiting -> waiting.tell(notHosted(stopped.group())));
            member.waiting.clear();
            member.status = new Replica.Status(
                    last.group(),
                    last.node(),
                    Replica.Role.DOWN,
                    Optional.empty(),
                    last.term(),
                    last.commitIndex(),
                    last.appliedIndex(),
                    last.snapshotIndex());
        }
        return this;
    }

    private Behavior<Groups.Message> onListStatus(Groups.ListStatus list) {
        TreeMap<String, Replica.Status> lastKnown = new TreeMap<>();
        members.forEach((group, member) -> lastKnown.put(group, member.status));
        getContext().spawnAnonymous(StatusCollector.create(lastKnown, replicasUp(), patience, list.replyTo()));
        return this;
    }

    private Behavior<Groups.Message> onHandOver(Groups.HandOver handOver) {
        getContext()
                .spawnAnonymous(LeadershipHandOver.create(replicasUp(), patience.multipliedBy(2), handOver.replyTo()));
        return this;
    }

    private List<ActorRef<Replica.Message>> replicasUp() {
        return members.values().stream()
                .filter(member -> !member.down)
                .map(member -> member.replica)
                .toList();
    }
}
