package io.troupe.paxos;

/**
 * What a replica must not forget besides its votes.
 *
 * @param promised the highest ballot whose prepare it has answered, its own among them: so none is used twice
 * @param chosenThrough every instance up to this one is decided, and its vote there is what was
 * @param token see {@link Voter}
 */
record Pledge(Ballot promised, long chosenThrough, long token) {

    static final Pledge NONE = new Pledge(Ballot.NONE, 0, 0);

    /** Paxos Made Simple, §2.2, phase 1(b), for all instances at once. A prepare that comes again is answered again. */
    boolean mayPromise(Ballot ballot) {
        return !promised.isAfter(ballot);
    }

    /** Paxos Made Simple, §2.2, P1a and phase 2(b). */
    boolean mayAccept(Ballot ballot) {
        return !promised.isAfter(ballot);
    }

    Pledge promising(Ballot ballot) {
        return new Pledge(ballot, chosenThrough, token);
    }

    Pledge chosenThrough(long instance) {
        return new Pledge(promised, instance, token);
    }

    Pledge withToken(long fresh) {
        return new Pledge(promised, chosenThrough, fresh);
    }
}
