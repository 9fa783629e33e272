package io.troupe.replication.ordering;

import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/** A replica whose requests come with their identifiers (§3.2.1, §3.2.2): executes them in that order, each when it is stable. */
public final class StampedReplica extends AbstractBehavior<StampedReplica.Command> {

    public sealed interface Command permits Deliver, ClientFailed, Tick {}

    /**
     * A request, from its client or relayed.
     *
     * @param command empty for a null request, which says how far its client's clock is
     * @param relayed by another replica
     */
    public record Deliver(
            Uid uid, Optional<ByteString> command, boolean relayed, ActorRef<StampedClient.Executed> replyTo)
            implements Command, Wire {}

    /** Told after all that the client has sent. */
    public record ClientFailed(String client) implements Command, Wire {}

    private enum Tick implements Command {
        TICK
    }

    /** Executed requests that are remembered, to tell one that comes twice from one that comes too late. */
    private static final int REMEMBERED_MAX = 10_000;

    private final StabilityTest test;
    private final List<ActorRef<Command>> peers;
    private final Consumer<Deliver> execute;
    private final TreeMap<Uid, Deliver> waiting = new TreeMap<>();
    private final TreeSet<Uid> executed = new TreeSet<>();

    /**
     * @param peers the other replicas
     * @param execute is given requests in the order of their identifiers; null requests are left out
     * @param look the pause after which waiting requests are looked at again, for they become stable as time passes
     */
    public static Behavior<Command> create(
            StabilityTest test, List<ActorRef<Command>> peers, Consumer<Deliver> execute, Duration look) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new StampedReplica(context, timers, test, peers, execute, look)));
    }

    private StampedReplica(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            StabilityTest test,
            List<ActorRef<Command>> peers,
            Consumer<Deliver> execute,
            Duration look) {
        super(context);
        this.test = test;
        this.peers = List.copyOf(peers);
        this.execute = execute;
        timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, look);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Deliver.class, this::onDeliver)
                .onMessage(ClientFailed.class, this::onClientFailed)
                .onMessageEquals(Tick.TICK, this::executeWhatIsStable)
                .build();
    }

    private Behavior<Command> onDeliver(Deliver request) {
        if (!request.relayed()) {
            test.received(request.uid());
        }
        if (request.command().isPresent() && !isKnown(request.uid())) {
            requireInTime(request.uid());
            waiting.put(request.uid(), request);
            relay(request);
        }
        return executeWhatIsStable();
    }

    private boolean isKnown(Uid uid) {
        return waiting.containsKey(uid) || executed.contains(uid);
    }

    /** What the test rests on does not hold (a link that reorders, Δ too small): this replica cannot be right any more. */
    private void requireInTime(Uid uid) {
        if (!executed.isEmpty() && executed.last().isAfter(uid)) {
            throw new IllegalStateException("Request " + uid + " has come after " + executed.last()
                    + " was executed as stable; links must be FIFO and failures told last, or Δ be larger");
        }
    }

    /** Its client may have stopped before it told the others (§3.1). */
    private void relay(Deliver request) {
        Deliver relayed = new Deliver(request.uid(), request.command(), true, request.replyTo());
        peers.forEach(peer -> peer.tell(relayed));
    }

    private Behavior<Command> onClientFailed(ClientFailed failed) {
        test.failed(failed.client());
        return executeWhatIsStable();
    }

    private Behavior<Command> executeWhatIsStable() {
        while (!waiting.isEmpty() && test.isStable(waiting.firstKey())) {
            Deliver request = waiting.pollFirstEntry().getValue();
            executed.add(request.uid());
            if (executed.size() > REMEMBERED_MAX) {
                executed.pollFirst();
            }
            execute.accept(request);
            request.replyTo().tell(new StampedClient.Executed(request.uid()));
        }
        return this;
    }
}
