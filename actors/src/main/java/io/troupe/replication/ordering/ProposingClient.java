package io.troupe.replication.ordering;

import io.troupe.wire.Wire;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * A client whose requests get their identifiers from replicas (§3.2.3): has all that live propose a candidate, and tells all
 * the highest. One request after the other, so that a later one is seen where the earlier was accepted (O1, O2).
 */
public final class ProposingClient extends AbstractBehavior<ProposingClient.Message> {

    public sealed interface Message permits Task, Candidate, Heard, ReplicaFailed {}

    /** What is done one after the other. */
    public sealed interface Task extends Message permits Submit, Inform {}

    public record Submit(ByteString command) implements Task {}

    /** Tells another client something, when what was asked for here before has its identifier (O2). */
    public record Inform(ActorRef<? super Heard> other, ByteString what) implements Task {}

    /** From another client. */
    public record Heard(ByteString what) implements Message, Wire {}

    /** @param number the request's */
    public record Candidate(String replica, long number, Uid cuid) implements Message, Wire {}

    /** Nothing is heard of it any more. */
    public record ReplicaFailed(String replica) implements Message, Wire {}

    /** Tasks that wait for their turn; one more is dropped. */
    private static final int QUEUE_MAX = 10_000;

    private final String client;
    private final Consumer<Heard> heard;
    private final TreeMap<String, ActorRef<NumberingReplica.Command>> living;
    private final Deque<Task> queue = new ArrayDeque<>();
    private Optional<NumberingReplica.Request> underWay = Optional.empty();
    private final TreeMap<String, Uid> proposed = new TreeMap<>();
    private long number;

    /**
     * @param replicas by stable node id
     * @param heard is told what other clients say
     */
    public static Behavior<Message> create(
            String client, Map<String, ActorRef<NumberingReplica.Command>> replicas, Consumer<Heard> heard) {
        return Behaviors.setup(context -> new ProposingClient(context, client, replicas, heard));
    }

    private ProposingClient(
            ActorContext<Message> context,
            String client,
            Map<String, ActorRef<NumberingReplica.Command>> replicas,
            Consumer<Heard> heard) {
        super(context);
        this.client = client;
        this.heard = heard;
        this.living = new TreeMap<>(replicas);
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Task.class, this::onTask)
                .onMessage(Heard.class, this::onHeard)
                .onMessage(Candidate.class, this::onCandidate)
                .onMessage(ReplicaFailed.class, this::onReplicaFailed)
                .build();
    }

    private Behavior<Message> onTask(Task task) {
        if (queue.size() < QUEUE_MAX) {
            queue.add(task);
            beginNext();
        }
        return this;
    }

    private Behavior<Message> onHeard(Heard message) {
        heard.accept(message);
        return this;
    }

    private void beginNext() {
        while (underWay.isEmpty() && !queue.isEmpty()) {
            Task task = queue.remove();
            if (task instanceof Inform inform) {
                inform.other().tell(new Heard(inform.what()));
            } else if (task instanceof Submit submit) {
                see(submit.command());
            }
        }
    }

    private void see(ByteString command) {
        var request = new NumberingReplica.Request(client, ++number, command);
        underWay = Optional.of(request);
        proposed.clear();
        var see = new NumberingReplica.See(request, getContext().getSelf().narrow());
        living.values().forEach(replica -> replica.tell(see));
    }

    private Behavior<Message> onCandidate(Candidate candidate) {
        if (underWay.isPresent() && candidate.number() == number) {
            proposed.put(candidate.replica(), candidate.cuid());
            acceptWhenAllHaveProposed();
        }
        return this;
    }

    private Behavior<Message> onReplicaFailed(ReplicaFailed failed) {
        living.remove(failed.replica());
        acceptWhenAllHaveProposed();
        return this;
    }

    /** UID1: no candidate of a replica that lives is above it. */
    private void acceptWhenAllHaveProposed() {
        if (underWay.isPresent() && proposed.keySet().containsAll(living.keySet())) {
            Uid uid = proposed.values().stream().max(Uid::compareTo).orElseThrow();
            var accept = new NumberingReplica.Accept(underWay.get(), uid);
            living.values().forEach(replica -> replica.tell(accept));
            underWay = Optional.empty();
            beginNext();
        }
    }
}
