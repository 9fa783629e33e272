package io.troupe.replication;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** Who is told when leader, term or role change; whoever stops is forgotten. */
public final class Observers {

    public record Gone(ActorRef<Replica.Status> observer) implements Replica.Message {}

    private final ActorContext<Replica.Message> context;
    private final Set<ActorRef<Replica.Status>> observers = new LinkedHashSet<>(); // in the order they came
    private Replica.@Nullable Status told;

    public Observers(ActorContext<Replica.Message> context) {
        this.context = context;
    }

    public void add(ActorRef<Replica.Status> observer, Replica.Status now) {
        if (observers.add(observer)) {
            context.watchWith(observer, new Gone(observer));
        }
        observer.tell(now);
    }

    public void remove(ActorRef<Replica.Status> observer) {
        observers.remove(observer);
    }

    /** Whether anything changed that observers are told of. */
    public boolean isNews(Replica.Role role, long term, Optional<String> leader) {
        return told == null
                || told.role() != role
                || told.term() != term
                || !told.leader().equals(leader);
    }

    public void tell(Replica.Status now) {
        told = now;
        observers.forEach(observer -> observer.tell(now));
    }
}
