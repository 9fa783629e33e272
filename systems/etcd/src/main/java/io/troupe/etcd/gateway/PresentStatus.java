package io.troupe.etcd.gateway;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** How far this node's replica is now; what {@link NodeView} has was told when its role, its term or its leader changed last. */
final class PresentStatus {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ActorRef<Groups.Command> groups;
    private final NodeView node;
    private final ActorSystem<?> system;

    PresentStatus(ActorRef<Groups.Command> groups, NodeView node, ActorSystem<?> system) {
        this.groups = groups;
        this.node = node;
        this.system = system;
    }

    /** Never fails: of a replica that does not answer in 2 s it is what was told last. */
    CompletionStage<Replica.Status> ask() {
        return AskPattern.<Groups.Command, Groups.Statuses>ask(
                        groups, Groups.ListStatus::new, TIMEOUT, system.scheduler())
                .handle((statuses, failure) -> statuses == null ? node.status() : ofGroup(statuses));
    }

    private Replica.Status ofGroup(Groups.Statuses statuses) {
        return statuses.groups().stream()
                .filter(candidate -> candidate.group().equals(node.status().group()))
                .findFirst()
                .orElse(node.status());
    }
}
