package io.troupe.replication.linearizability;

import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.sim.NodeContext;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The root of one node: its group host, and a client beside it, as a gateway would be. Ends when the replica ends. */
final class KeyValueNode {

    private KeyValueNode() {}

    sealed interface Event permits Hosted {}

    private record Hosted(ActorRef<Replica.Request> replica) implements Event {}

    static Behavior<Event> create(NodeContext node, KeyValueGroup group) {
        return Behaviors.setup(context -> {
            var host = context.spawn(
                    GroupHost.create(node.name(), List.of(group.engine(node)), node.random("engine")), "host");
            host.tell(new Groups.Host(
                    "group",
                    group.names(),
                    (name, self) -> new KeyValueMachine(),
                    context.messageAdapter(
                            Groups.HostReply.class, reply -> new Hosted(((Groups.Hosted) reply).replica()))));
            return Behaviors.receive(Event.class)
                    .onMessage(Hosted.class, hosted -> {
                        var replica = hosted.replica();
                        context.watch(replica); // Its end ends the node: nobody handles the signal.
                        var session = context.spawn(
                                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("session")),
                                "session");
                        context.spawn(
                                Workload.create(
                                        group.processOf(node), session, node.random("workload"), group.recorder()),
                                "workload");
                        return Behaviors.same();
                    })
                    .build();
        });
    }
}
