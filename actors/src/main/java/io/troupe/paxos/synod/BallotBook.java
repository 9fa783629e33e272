package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.wire.Wire;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/**
 * Where a proposer has its ballots from: each is written down before it is used, so that none is used twice, crashes
 * included (Paxos Made Simple, §2.5: "each proposer remembers, in stable storage, the highest-numbered proposal it has
 * tried to issue").
 */
public final class BallotBook extends EventSourcedBehavior<BallotBook.Next, BallotBook.Taken, Ballot> {

    /**
     * Asks for a ballot never used before.
     *
     * @param above the ballot given is higher than this one too
     */
    public record Next(Ballot above, ActorRef<Proposer.Command> replyTo) {}

    public record Taken(Ballot ballot) implements Wire {}

    private final String node;

    public static Behavior<Next> create(String instance, String node) {
        return Behaviors.setup(context -> new BallotBook(instance, node));
    }

    private BallotBook(String instance, String node) {
        super(PersistenceId.ofUniqueId("synod-" + instance + "-ballots@" + node));
        this.node = node;
    }

    /** The ballot to be used after {@code last}. */
    static Ballot following(Ballot last, Ballot above, String node) {
        return (above.isAfter(last) ? above : last).next(node);
    }

    @Override
    public Ballot emptyState() {
        return Ballot.NONE;
    }

    @Override
    public CommandHandler<Next, Taken, Ballot> commandHandler() {
        return (last, next) -> Effect()
                .persist(new Taken(following(last, next.above(), node)))
                .thenRun(now -> next.replyTo().tell(new Proposer.BallotTaken(now)));
    }

    @Override
    public EventHandler<Ballot, Taken> eventHandler() {
        return (last, taken) -> taken.ballot();
    }
}
