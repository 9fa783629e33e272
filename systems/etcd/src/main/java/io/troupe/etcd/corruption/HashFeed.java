package io.troupe.etcd.corruption;

import io.troupe.etcd.mvcc.FrozenState;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Takes what a replica comes to in its log to the node's check, which may start later. */
public final class HashFeed {

    private volatile Optional<ActorRef<CorruptionCheck.Command>> check = Optional.empty();

    public void attach(ActorRef<CorruptionCheck.Command> to) {
        check = Optional.of(to);
    }

    /** On the replica's thread. */
    public void onPoint(long id, Supplier<FrozenState> state) {
        check.ifPresent(actor -> actor.tell(new CorruptionCheck.Point(id, state.get())));
    }

    /** On the replica's thread. */
    public void onClaim(long id, int hash) {
        check.ifPresent(actor -> actor.tell(new CorruptionCheck.Claim(id, hash)));
    }
}
