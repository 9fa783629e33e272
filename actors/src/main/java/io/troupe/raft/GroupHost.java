package io.troupe.raft;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
 * Parent of every Raft replica on one node. One per node, spawned by the node's guardian.
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
    private final RaftSettings settings;
    private final SnapshotStorage storage;
    private final RandomGenerator random;
    private final Witness witness;
    private final ActorRef<PeerDirectory.Command> directory;
    private final TreeMap<String, Member> members = new TreeMap<>();

    /**
     * @param node stable id of this node: other nodes find it by this
     * @param settings from {@link RaftSettings#from}
     * @param storage for the snapshots of all groups of this node
     * @param random for election timeouts
     */
    public static Behavior<Groups.Command> create(
            String node, RaftSettings settings, SnapshotStorage storage, RandomGenerator random) {
        return create(node, settings, storage, random, Witness.NOBODY);
    }

    static Behavior<Groups.Command> create(
            String node, RaftSettings settings, SnapshotStorage storage, RandomGenerator random, Witness witness) {
        return Behaviors.<Groups.Message>setup(
                        context -> new GroupHost(context, node, settings, storage, random, witness))
                .narrow();
    }

    private GroupHost(
            ActorContext<Groups.Message> context,
            String node,
            RaftSettings settings,
            SnapshotStorage storage,
            RandomGenerator random,
            Witness witness) {
        super(context);
        this.node = node;
        this.settings = settings;
        this.storage = storage;
        this.random = random;
        this.witness = witness;
        this.directory = context.spawn(
                PeerDirectory.create(node, settings.electionTimeout().dividedBy(4)), "peer-directory");
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

    private Member spawn(Groups.Host host) {
        String group = host.group();
        var identity = new RaftReplica.Identity(
                group, node, settings, storage, new SplittableRandom(random.nextLong()), directory, witness);
        ActorRef<Replica.Message> replica = getContext()
                .spawn(
                        RaftReplica.create(
                                identity,
                                host.members(),
                                host.factory(),
                                getContext().messageAdapter(Groups.Hosted.class, WrappedHosted::new)),
                        "group-" + URLEncoder.encode(group, StandardCharsets.UTF_8));
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
            RaftLogging.of(getContext().getLog(), stopped.group())
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
        getContext()
                .spawnAnonymous(
                        StatusCollector.create(lastKnown, replicasUp(), settings.electionTimeout(), list.replyTo()));
        return this;
    }

    private Behavior<Groups.Message> onHandOver(Groups.HandOver handOver) {
        getContext()
                .spawnAnonymous(LeadershipHandOver.create(
                        replicasUp(), settings.electionTimeout().multipliedBy(2), handOver.replyTo()));
        return this;
    }

    private List<ActorRef<Replica.Message>> replicasUp() {
        return members.values().stream()
                .filter(member -> !member.down)
                .map(member -> member.replica)
                .toList();
    }
}
