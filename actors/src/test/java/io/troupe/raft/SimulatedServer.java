package io.troupe.raft;

import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import io.troupe.replication.SnapshotStorage;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/** A simulated node: a group host, and a client of its replica that writes and reads in turn, one at a time. */
final class SimulatedServer extends AbstractBehavior<SimulatedServer.Command> {

    sealed interface Command permits WrappedHosted, WrappedOutcome, Continue {}

    private record WrappedHosted(Groups.Hosted hosted) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private record Continue() implements Command {}

    private final NodeContext node;
    private final ObservedClients clients;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private ActorRef<SessionClient.Command> session;
    private String underWay = "";
    private int number;

    static Behavior<Command> create(
            NodeContext node,
            List<String> members,
            RaftSettings settings,
            SnapshotStorage storage,
            ObservedClients clients,
            Witness witness) {
        return Behaviors.setup(
                context -> new SimulatedServer(context, node, members, settings, storage, clients, witness));
    }

    private SimulatedServer(
            ActorContext<Command> context,
            NodeContext node,
            List<String> members,
            RaftSettings settings,
            SnapshotStorage storage,
            ObservedClients clients,
            Witness witness) {
        super(context);
        this.node = node;
        this.clients = clients;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        ActorRef<Groups.Command> host =
                context.spawn(GroupHost.create(node.name(), settings, storage, node.random("raft"), witness), "groups");
        host.tell(new Groups.Host(
                "g", members, clients.factory(), context.messageAdapter(Groups.Hosted.class, WrappedHosted::new)));
        clients.started(node.name(), host);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WrappedHosted.class, this::onHosted)
                .onMessage(WrappedOutcome.class, this::onOutcome)
                .onMessage(Continue.class, ignored -> next())
                .build();
    }

    private Behavior<Command> onHosted(WrappedHosted wrapped) {
        clients.hosted(node.name(), wrapped.hosted().replica());
        session = getContext()
                .spawn(
                        SessionClient.create(
                                wrapped.hosted().replica(), SessionClient.Settings.DEFAULT, node.random("client")),
                        "client");
        return next();
    }

    private Behavior<Command> next() {
        if (clients.areStopped()) {
            return this;
        }
        number++;
        if (number % 3 == 0) {
            underWay = "";
            clients.readBegins(node.name());
            session.tell(new SessionClient.Read(
                    ByteString.emptyByteString(), ReadConsistency.LINEARIZABLE, Duration.ofSeconds(5), outcomes));
        } else {
            underWay = node.name() + "-" + node.life() + "-" + number;
            session.tell(new SessionClient.Submit(ByteString.fromString(underWay), Duration.ofSeconds(5), outcomes));
        }
        return this;
    }

    private Behavior<Command> onOutcome(WrappedOutcome wrapped) {
        if (wrapped.outcome() instanceof SessionClient.Succeeded succeeded) {
            if (underWay.isEmpty()) {
                clients.readEnds(node.name(), succeeded.result().utf8String());
            } else {
                clients.acknowledged(underWay, succeeded.result().utf8String());
            }
        }
        getContext().scheduleOnce(Duration.ofMillis(10), getContext().getSelf(), new Continue());
        return this;
    }
}
