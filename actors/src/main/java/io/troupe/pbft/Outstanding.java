package io.troupe.pbft;

import io.troupe.replication.Replica;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What has been asked on this node and is not answered yet. Askers ask again when they hear of another primary, or of
 * nothing for a while. What is under way is not taken a second time: where each round takes long, the repeats alone would be
 * more than the group can order, and hold up all that comes after them.
 */
final class Outstanding {

    /** By what it is known when it comes again: the session's command, or the asker's query. */
    private record Known(ActorRef<Replica.Reply> asker, long session, long number) {}

    private final Set<Known> known = new HashSet<>();
    private int size;

    int size() {
        return size;
    }

    /** Whether it was asked before. */
    boolean has(Replica.Request asked) {
        return known(asked).filter(known::contains).isPresent();
    }

    void add(Replica.Request asked) {
        known(asked).ifPresent(known::add);
        size++;
    }

    /** It is answered, or given up: it may be asked again. */
    void remove(Replica.Request asked) {
        known(asked).ifPresent(known::remove);
        size--;
    }

    /** Empty for what may be asked twice and meant twice. */
    private static Optional<Known> known(Replica.Request asked) {
        if (asked instanceof Replica.Propose propose && propose.session() != Replica.NO_SESSION) {
            return Optional.of(new Known(propose.replyTo(), propose.session(), propose.serial()));
        } else if (asked instanceof Replica.Query query && query.id() != 0) {
            return Optional.of(new Known(query.replyTo(), Replica.NO_SESSION, query.id()));
        }
        return Optional.empty();
    }
}
