package io.troupe.cluster;

import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** What a node says to the guardian of a system it hosts. */
public final class SystemGuardian {

    private SystemGuardian() {}

    public sealed interface Command permits GetHealth, Leave {}

    /** Asks how the system is; answered at once, from what the guardian knows. */
    public record GetHealth(ActorRef<Health> replyTo) implements Command {}

    /**
     * The node is leaving (coordinated shutdown): stop accepting clients and finish or refuse what is
     * under way, then answer. Leadership of consensus groups is handed over by the group host, afterwards.
     */
    public record Leave(ActorRef<Done> replyTo) implements Command {}

    /**
     * @param ready whether clients can be served now
     * @param detail one line a person understands, such as {@code "following n2 in term 4"}
     * @param endpoints where it actually listens (after free ports were chosen)
     */
    public record Health(boolean ready, String detail, List<Endpoint> endpoints) {}
}
