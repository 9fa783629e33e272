package io.troupe.cluster.lease;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/** Hands what the state machine says to the lessor, and what it said before there was one. */
final class LeaseFollowers implements Consumer<Map<String, LeaseRecord>> {

    private final TreeMap<String, LeaseRecord> before = new TreeMap<>();
    private Optional<ActorRef<Lessor.Command>> lessor = Optional.empty();

    @Override
    public synchronized void accept(Map<String, LeaseRecord> changed) {
        if (lessor.isPresent()) {
            lessor.get().tell(new Lessor.Changed(changed));
        } else {
            before.putAll(changed);
        }
    }

    synchronized void attach(ActorRef<Lessor.Command> to) {
        lessor = Optional.of(to);
        to.tell(new Lessor.Changed(Map.copyOf(before)));
        before.clear();
    }
}
