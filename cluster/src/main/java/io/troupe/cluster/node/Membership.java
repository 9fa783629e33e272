package io.troupe.cluster.node;

import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Follows the cluster's membership for this node: tells in the log, in node ids, who comes and goes;
 * tells the guardian when this node is in; and takes the place of its own earlier life, a member
 * with this node's id at another address, by downing it.
 */
final class Membership extends AbstractBehavior<Membership.Command> {

    /** A node's id is also a cluster role with this prefix, so that every member's id is known to all. */
    static final String ID_ROLE_PREFIX = "node-";

    sealed interface Command permits Changed, ReachabilityChanged {}

    private record Changed(ClusterEvent.MemberEvent event) implements Command {}

    private record ReachabilityChanged(ClusterEvent.ReachabilityEvent event) implements Command {}

    /** This node has become a member. */
    record Joined() {}

    private final Cluster cluster;
    private final ActorRef<Joined> onJoined;
    private boolean joined;

    static Behavior<Command> create(ActorRef<Joined> onJoined) {
        return Behaviors.setup(context -> new Membership(context, onJoined));
    }

    private Membership(ActorContext<Command> context, ActorRef<Joined> onJoined) {
        super(context);
        this.onJoined = onJoined;
        this.cluster = Cluster.get(context.getSystem());
        cluster.subscriptions()
                .tell(new Subscribe<>(
                        context.messageAdapter(ClusterEvent.MemberEvent.class, Changed::new),
                        ClusterEvent.MemberEvent.class));
        cluster.subscriptions()
                .tell(new Subscribe<>(
                        context.messageAdapter(ClusterEvent.ReachabilityEvent.class, ReachabilityChanged::new),
                        ClusterEvent.ReachabilityEvent.class));
    }

    /** The member's stable node id, or its address when it is no node of ours. */
    static String nodeId(Member member) {
        return member.getRoles().stream()
                .filter(role -> role.startsWith(ID_ROLE_PREFIX))
                .map(role -> role.substring(ID_ROLE_PREFIX.length()))
                .findFirst()
                .orElse(member.address().toString());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Changed.class, this::onChanged)
                .onMessage(ReachabilityChanged.class, this::onReachabilityChanged)
                .build();
    }

    private Behavior<Command> onChanged(Changed changed) {
        Member member = changed.event().member();
        getContext().getLog().info("{} at {} is {}", nodeId(member), member.address(), member.status());
        boolean self = member.uniqueAddress().equals(cluster.selfMember().uniqueAddress());
        if (self && isIn(member.status()) && !joined) {
            joined = true;
            onJoined.tell(new Joined());
        }
        if (joined) {
            takeOwnPlace();
        }
        return this;
    }

    private static boolean isIn(MemberStatus status) {
        return status == MemberStatus.weaklyUp() || status == MemberStatus.up();
    }

    /** Downs every older member with this node's id: the data directory's lock says that it is dead. */
    private void takeOwnPlace() {
        Member self = cluster.selfMember();
        Set<MemberStatus> gone = Set.of(MemberStatus.down(), MemberStatus.removed());
        StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .filter(member -> nodeId(member).equals(nodeId(self)))
                .filter(member -> !member.uniqueAddress().equals(self.uniqueAddress()))
                .filter(member -> !gone.contains(member.status()) && member.isOlderThan(self))
                .forEach(member -> {
                    getContext().getLog().info("Taking the place of {} at {}", nodeId(member), member.address());
                    cluster.manager().tell(new Down(member.address()));
                });
    }

    private Behavior<Command> onReachabilityChanged(ReachabilityChanged changed) {
        Member member = changed.event().member();
        if (changed.event() instanceof ClusterEvent.UnreachableMember) {
            getContext().getLog().warn("{} at {} is unreachable", nodeId(member), member.address());
        } else {
            getContext().getLog().info("{} at {} is reachable again", nodeId(member), member.address());
        }
        return this;
    }
}
