package io.troupe.replication.ordering;

import io.troupe.wire.Wire;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * A replica that takes part in making identifiers (§3.2.3): proposes a candidate for each request it sees, and executes
 * those that are accepted, each when it is stable.
 */
public final class NumberingReplica extends AbstractBehavior<NumberingReplica.Command> {

    public sealed interface Command permits See, Accept, ClientFailed {}

    /** Phase 1. */
    public record See(Request request, ActorRef<ProposingClient.Candidate> replyTo) implements Command, Wire {}

    /** Phase 2, from the client or relayed. */
    public record Accept(Request request, Uid uid) implements Command, Wire {}

    /** Told after all that the client has sent, and what was relayed of it. */
    public record ClientFailed(String client) implements Command, Wire {}

    /**
     * @param number the client's own, from 1: it only names the request
     */
    public record Request(String client, long number, ByteString command) implements Comparable<Request> {
        @Override
        public int compareTo(Request other) {
            int byClient = client.compareTo(other.client);
            return byClient != 0 ? byClient : Long.compare(number, other.number);
        }
    }

    private final String replica;
    private final List<ActorRef<Command>> peers;
    private final Consumer<Request> execute;
    private final Candidates<Request> candidates;
    /** By client, the number of its latest request that was accepted: it makes one after the other. */
    private final TreeMap<String, Long> accepted = new TreeMap<>();

    private final TreeSet<String> failed = new TreeSet<>();

    /**
     * @param replica its stable node id
     * @param peers the other replicas
     * @param execute is given requests in the order of their identifiers
     */
    public static Behavior<Command> create(String replica, List<ActorRef<Command>> peers, Consumer<Request> execute) {
        return Behaviors.setup(context -> new NumberingReplica(context, replica, peers, execute));
    }

    private NumberingReplica(
            ActorContext<Command> context, String replica, List<ActorRef<Command>> peers, Consumer<Request> execute) {
        super(context);
        this.replica = replica;
        this.peers = List.copyOf(peers);
        this.execute = execute;
        this.candidates = new Candidates<>(replica);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(See.class, this::onSee)
                .onMessage(Accept.class, this::onAccept)
                .onMessage(ClientFailed.class, this::onClientFailed)
                .build();
    }

    private Behavior<Command> onSee(See see) {
        if (!failed.contains(see.request().client()) && !isAccepted(see.request())) {
            see.replyTo()
                    .tell(new ProposingClient.Candidate(
                            replica, see.request().number(), candidates.see(see.request())));
        }
        return this;
    }

    private Behavior<Command> onAccept(Accept accept) {
        if (!isAccepted(accept.request())) {
            accepted.put(accept.request().client(), accept.request().number());
            candidates.accept(accept.request(), accept.uid());
            peers.forEach(peer -> peer.tell(accept)); // Its client may stop before it has told all (§3.1).
            executeWhatIsStable();
        }
        return this;
    }

    private boolean isAccepted(Request request) {
        return accepted.getOrDefault(request.client(), 0L) >= request.number();
    }

    /** No replica has accepted what this one has only seen: it would have come, relayed. */
    private Behavior<Command> onClientFailed(ClientFailed told) {
        failed.add(told.client());
        candidates.seen().stream()
                .filter(request -> request.client().equals(told.client()))
                .forEach(candidates::forget);
        executeWhatIsStable();
        return this;
    }

    private void executeWhatIsStable() {
        candidates.takeStable().forEach(execute);
    }
}
