package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** Who is told when leader, term or role change; whoever stops is forgotten. */
final class Observers {

    record Gone(ActorRef<Replica.Status> observer) implements RaftReplica.Internal {}

    private final ActorContext<Replica.Message> context;
    private final Set<ActorRef<Replica.Status>> observers = new LinkedHashSet<>(); // in the order they came
    private Replica.@Nullable Status told;

    Observers(ActorContext<Replica.Message> context) {
        this.context = context;
    }

    void add(ActorRef<Replica.Status> observer, Replica.Status now) {
        if (observers.add(observer)) {
            context.watchWith(observer, new Gone(observer));
        }
        observer.tell(now);
    }

    void remove(ActorRef<Replica.Status> observer) {
        observers.remove(observer);
    }

    /** Whether anything changed that observers are told of. */
    boolean isNews(Replica.Role role, RaftServer server) {
        return told == null
                || told.role() != role
                || told.term() != server.term()
                || !told.leader().equals(server.leader());
    }

    void tell(Replica.Status now) {
        told = now;
        observers.forEach(observer -> observer.tell(now));
    }
}
