package io.troupe.cluster.node;

import io.troupe.replication.Groups;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The engines that can host a node's consensus groups. */
final class GroupHosts {

    private GroupHosts() {}

    /** Hosts no group: for nodes whose systems need none. */
    static NodeGuardian.GroupHosting none() {
        return (settings, meters) -> Behaviors.receive(Groups.Command.class)
                .onMessage(Groups.ListStatus.class, list -> {
                    list.replyTo().tell(new Groups.Statuses(List.of()));
                    return Behaviors.same();
                })
                .onMessage(Groups.HandOver.class, handOver -> {
                    handOver.replyTo().tell(Done.getInstance());
                    return Behaviors.same();
                })
                .onMessage(Groups.Host.class, host -> {
                    throw new UnsupportedOperationException("This node hosts no groups; asked for " + host.group());
                })
                .build();
    }
}
