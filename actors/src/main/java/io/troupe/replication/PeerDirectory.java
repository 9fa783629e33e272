package io.troupe.replication;

import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * Finds the replicas of this node's groups on other nodes: a node's directory by the receptionist, under the
 * node's stable id and never by address, and a group's replica by asking that directory. A node that came back
 * is another directory under the same id, and its replicas replace the old ones.
 */
public final class PeerDirectory extends AbstractBehavior<PeerDirectory.Command> {

    public sealed interface Command
            permits Join, Seek, Locate, Located, DirectoriesChanged, ReplicaGone, LocalGone, Retry {}

    /** A replica is here; its host wants to know where its peers are, now and whenever that changes. */
    public record Join(
            String group, SortedSet<String> peers, ActorRef<Replica.Message> replica, ActorRef<PeerAt> listener)
            implements Command {}

    /** The group has other peers now. */
    public record Seek(String group, SortedSet<String> peers) implements Command {}

    /** Told to replicas; empty when the peer is not there. */
    public record PeerAt(String node, Optional<ActorRef<Replica.Message>> replica) implements Replica.Message {}

    /** From another node's directory; not answered while the group is not here. */
    public record Locate(String group, ActorRef<Command> replyTo) implements Command, Wire {}

    public record Located(String node, String group, ActorRef<Replica.Message> replica) implements Command, Wire {}

    private record DirectoriesChanged(String node, List<ActorRef<Command>> directories) implements Command {}

    private record ReplicaGone(String node, String group, ActorRef<Replica.Message> replica) implements Command {}

    private record LocalGone(String group) implements Command {}

    private enum Retry implements Command {
        RETRY
    }

    /** What one local replica knows of one peer. */
    private static final class Wanted {
        final ActorRef<PeerAt> listener;
        Optional<ActorRef<Replica.Message>> replica = Optional.empty();

        Wanted(ActorRef<PeerAt> listener) {
            this.listener = listener;
        }
    }

    private final String node;
    private final TreeMap<String, Join> local = new TreeMap<>();
    private final TreeMap<String, List<ActorRef<Command>>> directories = new TreeMap<>();
    /** By node, then group. */
    private final TreeMap<String, TreeMap<String, Wanted>> wanted = new TreeMap<>();

    public static Behavior<Command> create(String node, Duration retryInterval) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new PeerDirectory(context, timers, node, retryInterval)));
    }

    private static ServiceKey<Command> key(String node) {
        return ServiceKey.create(Command.class, "troupe-groups-" + node);
    }

    private PeerDirectory(
            ActorContext<Command> context, TimerScheduler<Command> timers, String node, Duration retryInterval) {
        super(context);
        this.node = node;
        context.getSystem().receptionist().tell(Receptionist.register(key(node), context.getSelf()));
        timers.startTimerWithFixedDelay(Retry.RETRY, Retry.RETRY, retryInterval);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Join.class, this::onJoin)
                .onMessage(Seek.class, this::onSeek)
                .onMessage(Locate.class, this::onLocate)
                .onMessage(Located.class, this::onLocated)
                .onMessage(DirectoriesChanged.class, this::onDirectoriesChanged)
                .onMessage(ReplicaGone.class, this::onReplicaGone)
                .onMessage(LocalGone.class, this::onLocalGone)
                .onMessageEquals(Retry.RETRY, this::onRetry)
                .build();
    }

    private Behavior<Command> onJoin(Join join) {
        local.put(join.group(), join);
        getContext().watchWith(join.replica(), new LocalGone(join.group()));
        join.peers().forEach(peer -> want(peer, join));
        return this;
    }

    private Behavior<Command> onSeek(Seek seek) {
        Join join = local.get(seek.group());
        if (join != null) {
            wanted.forEach((peer, groups) -> {
                Wanted old = seek.peers().contains(peer) ? null : groups.remove(seek.group());
                if (old != null) {
                    old.replica.ifPresent(getContext()::unwatch);
                }
            });
            seek.peers().forEach(peer -> want(peer, join));
        }
        return this;
    }

    private void want(String peer, Join join) {
        if (!wanted.containsKey(peer)) {
            subscribeTo(peer);
        }
        Wanted before = wanted.computeIfAbsent(peer, absent -> new TreeMap<>())
                .putIfAbsent(join.group(), new Wanted(join.listener()));
        if (before == null) {
            locate(peer, join.group());
        }
    }

    private void subscribeTo(String peer) {
        ServiceKey<Command> key = key(peer);
        ActorRef<Receptionist.Listing> listings =
                getContext().messageAdapter(Receptionist.Listing.class, listing -> changed(listing));
        getContext().getSystem().receptionist().tell(Receptionist.subscribe(key, listings));
    }

    private static DirectoriesChanged changed(Receptionist.Listing listing) {
        String node = listing.getKey().id().substring("troupe-groups-".length());
        List<ActorRef<Command>> found = new ArrayList<>(listing.getAllServiceInstances(key(node)));
        found.sort(Comparator.comparing(ref -> ref.path().toString()));
        return new DirectoriesChanged(node, found);
    }

    /** Where a node restarted there may be two for a while: both are asked, and the one that lives answers. */
    private Behavior<Command> onDirectoriesChanged(DirectoriesChanged changed) {
        directories.put(changed.node(), changed.directories());
        groupsOf(changed.node()).forEach(group -> locate(changed.node(), group));
        return this;
    }

    private Collection<String> groupsOf(String peer) {
        return wanted.getOrDefault(peer, new TreeMap<>()).keySet();
    }

    private void locate(String peer, String group) {
        for (ActorRef<Command> directory : directories.getOrDefault(peer, List.of())) {
            directory.tell(new Locate(group, getContext().getSelf()));
        }
    }

    private Behavior<Command> onLocate(Locate locate) {
        Join join = local.get(locate.group());
        if (join != null) {
            locate.replyTo().tell(new Located(node, locate.group(), join.replica()));
        }
        return this;
    }

    private Behavior<Command> onLocated(Located located) {
        Wanted peer = wanted(located.node(), located.group());
        if (peer != null && !peer.replica.equals(Optional.of(located.replica()))) {
            peer.replica = Optional.of(located.replica());
            getContext().unwatch(located.replica()); // A faulty node may have named it for another group, too.
            getContext()
                    .watchWith(located.replica(), new ReplicaGone(located.node(), located.group(), located.replica()));
            peer.listener.tell(new PeerAt(located.node(), peer.replica));
        }
        return this;
    }

    private Behavior<Command> onReplicaGone(ReplicaGone gone) {
        Wanted peer = wanted(gone.node(), gone.group());
        if (peer != null && peer.replica.equals(Optional.of(gone.replica()))) {
            peer.replica = Optional.empty();
            peer.listener.tell(new PeerAt(gone.node(), Optional.empty()));
        }
        return this;
    }

    private @Nullable Wanted wanted(String peer, String group) {
        return wanted.getOrDefault(peer, new TreeMap<>()).get(group);
    }

    private Behavior<Command> onLocalGone(LocalGone gone) {
        local.remove(gone.group());
        wanted.values().forEach(groups -> groups.remove(gone.group()));
        return this;
    }

    /** A peer's node may host the group later than this one. */
    private Behavior<Command> onRetry() {
        wanted.forEach((peer, groups) -> groups.forEach((group, state) -> {
            if (state.replica.isEmpty()) {
                locate(peer, group);
            }
        }));
        return this;
    }
}
