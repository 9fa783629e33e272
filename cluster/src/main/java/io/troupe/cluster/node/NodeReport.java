package io.troupe.cluster.node;

import io.troupe.cluster.SystemGuardian;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** Puts together what {@code /status}, {@code /ready} and {@code /metrics} tell. */
final class NodeReport {

    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);

    private final NodeSettings settings;
    private final ActorSystem<NodeGuardian.Command> system;
    private final Cluster cluster;
    private final String startedAt;
    private final Supplier<List<String>> cutOffFrom;

    NodeReport(
            NodeSettings settings,
            ActorSystem<NodeGuardian.Command> system,
            String startedAt,
            Supplier<List<String>> cutOffFrom) {
        this.settings = settings;
        this.system = system;
        this.cluster = Cluster.get(system);
        this.startedAt = startedAt;
        this.cutOffFrom = cutOffFrom;
    }

    /** Fails when the node's guardian does not answer. */
    CompletionStage<NodeStatus> status() {
        return AskPattern.<NodeGuardian.Command, StatusQuery.Collected>ask(
                        system, NodeGuardian.GetStatus::new, ASK_TIMEOUT, system.scheduler())
                .thenApply(this::status);
    }

    private NodeStatus status(StatusQuery.Collected collected) {
        Member self = cluster.selfMember();
        boolean isMember = self.status() != MemberStatus.removed();
        List<NodeStatus.Hosted> hosted = hosted(collected);
        boolean ready = self.status() == MemberStatus.up()
                && collected.hosting()
                && hosted.stream().allMatch(NodeStatus.Hosted::ready);
        return new NodeStatus(
                settings.nodeId(),
                settings.cluster(),
                ProcessHandle.current().pid(),
                startedAt,
                self.address().toString(),
                isMember ? self.status().toString() : cluster.isTerminated() ? "downed" : "none",
                ready,
                members(),
                hosted,
                collected.groups().stream().map(NodeReport::group).toList(),
                new NodeStatus.Faults(settings.faultsEnabled(), cutOffFrom.get()));
    }

    private List<NodeStatus.Hosted> hosted(StatusQuery.Collected collected) {
        List<NodeStatus.Hosted> hosted = new ArrayList<>();
        settings.systems().forEach(system -> {
            SystemGuardian.Health health = collected.health().get(system.name());
            String silent = collected.hosting() ? "does not answer" : "not started: the node has not joined yet";
            hosted.add(
                    health == null
                            ? new NodeStatus.Hosted(system.name(), system.protocol(), false, silent, List.of())
                            : new NodeStatus.Hosted(
                                    system.name(),
                                    system.protocol(),
                                    health.ready(),
                                    health.detail(),
                                    health.endpoints()));
        });
        return hosted;
    }

    private static NodeStatus.Group group(Replica.Status status) {
        return new NodeStatus.Group(
                status.group(),
                status.role().name(),
                status.leader().orElse(""),
                status.term(),
                status.commitIndex(),
                status.appliedIndex(),
                status.snapshotIndex());
    }

    /** The members this node knows of, by id. */
    List<NodeStatus.Peer> members() {
        ClusterEvent.CurrentClusterState state = cluster.state();
        Set<Member> unreachable = new HashSet<>(state.getUnreachable());
        List<NodeStatus.Peer> peers = new ArrayList<>();
        for (Member member : state.getMembers()) {
            peers.add(new NodeStatus.Peer(
                    Membership.nodeId(member),
                    member.address().toString(),
                    member.status().toString(),
                    !unreachable.contains(member),
                    roles(member)));
        }
        peers.sort(Comparator.comparing(NodeStatus.Peer::node).thenComparing(NodeStatus.Peer::address));
        return peers;
    }

    private static List<String> roles(Member member) {
        return member.getRoles().stream()
                .filter(role -> !role.startsWith(Membership.ID_ROLE_PREFIX) && !role.startsWith("dc-"))
                .sorted()
                .toList();
    }
}
