package io.troupe.replication;

import io.troupe.wire.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Answers to what was applied together: at once to clients of this replica, and to those of others in one message to the
 * replica that forwarded what they asked for, because a message between nodes costs many times what it carries.
 */
public final class Answers {

    /** Of results in one message, about; a single larger one travels alone. */
    private static final long MESSAGE_BYTES_MAX = 256 << 10;

    /** Answers for a client of the replica that gets this. */
    public record Batch(ActorRef<Replica.Reply> client, List<Replica.Reply> replies) implements Wire, Replica.Message {

        /** What that replica does with it. */
        public void deliver() {
            replies.forEach(client::tell);
        }

        /** Through which index they tell of what is applied; 0 for nothing. */
        public long appliedIndex() {
            return replies.stream()
                    .mapToLong(reply -> reply instanceof Replica.Applied applied ? applied.index() : 0)
                    .max()
                    .orElse(0);
        }
    }

    private record Destination(ActorRef<Batch> via, ActorRef<Replica.Reply> client) {}

    private static final class Gathered {
        final List<Replica.Reply> replies = new ArrayList<>();
        long bytes;
    }

    private final Map<Destination, Gathered> gathered = new LinkedHashMap<>();

    void add(Applier.Waiting waiting, Replica.Reply reply) {
        Optional<ActorRef<Batch>> via = waiting.via();
        if (via.isEmpty()) {
            waiting.replyTo().tell(reply);
            return;
        }
        var destination = new Destination(via.get(), waiting.replyTo());
        Gathered answers = gathered.computeIfAbsent(destination, first -> new Gathered());
        answers.replies.add(reply);
        answers.bytes +=
                reply instanceof Replica.Applied applied ? applied.result().length() : 0;
        if (answers.bytes > MESSAGE_BYTES_MAX) {
            send(destination, answers);
            gathered.remove(destination);
        }
    }

    void send() {
        gathered.forEach(Answers::send);
        gathered.clear();
    }

    private static void send(Destination destination, Gathered answers) {
        destination.via().tell(new Batch(destination.client(), answers.replies));
    }
}
