package io.troupe.replication.sim;

import io.troupe.replication.Engine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * A simulated node: a group host, and clients of its replica, some that write and one that reads, so that a write that
 * waits for a lost leader keeps nobody from reading.
 */
public final class SimulatedServer extends AbstractBehavior<SimulatedServer.Command> {

    public sealed interface Command permits WrappedHosted, WrappedOutcome, Next {}

    private record WrappedHosted(Groups.Hosted hosted) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    /** The client of this id goes on. */
    private record Next(long client) implements Command {}

    private static final long READER = 0;
    private static final int WRITERS = 3;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final NodeContext node;
    private final Duration thinks;
    private final List<ReadConsistency> reads;
    private final RandomGenerator random;
    private final ObservedClients clients;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private ActorRef<SessionClient.Command> session;
    private final Map<Long, String> underWay = new TreeMap<>();
    private int number;

    /**
     * @param engine of the node's one group
     * @param thinks between an answer and the next request of the same client
     */
    public static Behavior<Command> create(
            NodeContext node, List<String> founders, Engine engine, Duration thinks, ObservedClients clients) {
        return create(node, founders, engine, thinks, List.of(ReadConsistency.LINEARIZABLE), clients);
    }

    public static Behavior<Command> create(
            NodeContext node,
            List<String> founders,
            Engine engine,
            Duration thinks,
            List<ReadConsistency> reads,
            ObservedClients clients) {
        return create(node, founders, Set.of(), engine, thinks, reads, clients);
    }

    /**
     * @param witnesses some of the founders
     * @param reads what the reader asks for, each by chance: all of them are to be linearizable
     */
    public static Behavior<Command> create(
            NodeContext node,
            List<String> founders,
            Set<String> witnesses,
            Engine engine,
            Duration thinks,
            List<ReadConsistency> reads,
            ObservedClients clients) {
        return Behaviors.setup(
                context -> new SimulatedServer(context, node, founders, witnesses, engine, thinks, reads, clients));
    }

    private SimulatedServer(
            ActorContext<Command> context,
            NodeContext node,
            List<String> founders,
            Set<String> witnesses,
            Engine engine,
            Duration thinks,
            List<ReadConsistency> reads,
            ObservedClients clients) {
        super(context);
        this.node = node;
        this.thinks = thinks;
        this.reads = reads;
        this.random = node.random("workload");
        this.clients = clients;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        ActorRef<Groups.Command> host =
                context.spawn(GroupHost.create(node.name(), List.of(engine), node.random(engine.name())), "groups");
        var hosted = context.messageAdapter(
                Groups.HostReply.class, reply -> (Command) new WrappedHosted((Groups.Hosted) reply));
        host.tell(new Groups.Host("g", founders, witnesses, clients.factory(), Optional.empty(), hosted));
        clients.started(node.name(), host);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WrappedHosted.class, this::onHosted)
                .onMessage(WrappedOutcome.class, this::onOutcome)
                .onMessage(Next.class, next -> goOn(next.client()))
                .build();
    }

    private Behavior<Command> onHosted(WrappedHosted wrapped) {
        clients.hosted(node.name(), wrapped.hosted().replica());
        getContext().watch(wrapped.hosted().replica()); // Its end ends the node: nobody handles the signal.
        session = getContext()
                .spawn(
                        SessionClient.create(
                                wrapped.hosted().replica(), SessionClient.Settings.DEFAULT, node.random("client")),
                        "client");
        for (long client = READER; client <= WRITERS; client++) {
            goOn(client);
        }
        return this;
    }

    private Behavior<Command> goOn(long client) {
        if (clients.areStopped()) {
            return this;
        }
        if (client == READER) {
            read();
        } else if (clients.areWritesPaused()) {
            getContext().scheduleOnce(thinks, getContext().getSelf(), new Next(client));
        } else {
            write(client);
        }
        return this;
    }

    private void write(long client) {
        String command = node.name() + "-" + node.life() + "-" + ++number;
        underWay.put(client, command);
        clients.begins(command);
        session.tell(new SessionClient.Submit(client, ByteString.fromString(command + padding()), DEADLINE, outcomes));
    }

    /** Some entries fill a message alone, so that a follower is often brought up to date one by one. */
    private String padding() {
        return random.nextInt(4) == 0 ? " ".repeat(800) : "";
    }

    private ReadConsistency consistency() {
        if (clients.areReadingUnderLeasesOnly()) {
            return ReadConsistency.LEASE;
        }
        return reads.size() == 1 ? reads.get(0) : reads.get(random.nextInt(reads.size()));
    }

    private void read() {
        clients.readBegins(node.name());
        session.tell(new SessionClient.Read(READER, ByteString.emptyByteString(), consistency(), DEADLINE, outcomes));
    }

    private Behavior<Command> onOutcome(WrappedOutcome wrapped) {
        long client = wrapped.outcome().id();
        Optional<String> command = Optional.ofNullable(underWay.remove(client));
        command.ifPresent(clients::ends);
        if (wrapped.outcome() instanceof SessionClient.Succeeded succeeded) {
            String result = succeeded.result().utf8String();
            command.ifPresentOrElse(
                    written -> clients.acknowledged(written, result), () -> clients.readEnds(node.name(), result));
        }
        Duration pause = client == READER ? clients.readPause().orElse(thinks) : thinks;
        getContext().scheduleOnce(pause, getContext().getSelf(), new Next(client));
        return this;
    }
}
