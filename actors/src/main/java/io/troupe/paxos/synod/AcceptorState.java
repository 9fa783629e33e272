package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.synod.Acceptor.Accept;
import io.troupe.paxos.synod.Acceptor.Accepted;
import io.troupe.paxos.synod.Acceptor.Command;
import io.troupe.paxos.synod.Acceptor.Event;
import io.troupe.paxos.synod.Acceptor.Prepare;
import io.troupe.paxos.synod.Acceptor.Promised;
import java.util.Optional;

/**
 * What an acceptor remembers, and the rules by which that changes (Paxos Made Simple, §2.2).
 *
 * @param promised the highest ballot whose prepare it has answered
 * @param accepted the proposal of the highest ballot that it has accepted
 */
record AcceptorState(Ballot promised, Optional<Proposal> accepted) {

    static final AcceptorState INITIAL = new AcceptorState(Ballot.NONE, Optional.empty());

    sealed interface Verdict permits Granted, Refused {}

    record Granted(Event event) implements Verdict {}

    /** @param promised the higher ballot that stands against it */
    record Refused(Ballot promised) implements Verdict {}

    Verdict judge(Command command) {
        if (command instanceof Prepare prepare && mayPromise(prepare.ballot())) {
            return new Granted(new Promised(prepare.ballot()));
        }
        if (command instanceof Accept accept && mayAccept(accept.ballot())) {
            return new Granted(new Accepted(accept.ballot(), accept.value()));
        }
        return new Refused(promised);
    }

    /** Deviates: a prepare that comes again is answered again, because the answer may have been lost. */
    private boolean mayPromise(Ballot ballot) {
        return !promised.isAfter(ballot); // §2.2, phase 1(b)
    }

    private boolean mayAccept(Ballot ballot) {
        return !promised.isAfter(ballot); // §2.2, P1a and phase 2(b)
    }

    AcceptorState after(Event event) {
        if (event instanceof Accepted vote) {
            return new AcceptorState(vote.ballot(), Optional.of(new Proposal(vote.ballot(), vote.value())));
        }
        return new AcceptorState(((Promised) event).ballot(), accepted);
    }
}
