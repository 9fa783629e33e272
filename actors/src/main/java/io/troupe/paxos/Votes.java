package io.troupe.paxos;

/** Votes for consecutive instances in one ballot. */
record Votes(Ballot ballot, Decrees decrees) {

    long first() {
        return decrees.first();
    }

    /** One below the first when there are none. */
    long last() {
        return decrees.last();
    }

    boolean isEmpty() {
        return decrees.isEmpty();
    }

    Vote at(long instance) {
        return new Vote(instance, ballot, decrees.get(instance));
    }

    Votes above(long instance) {
        return new Votes(ballot, decrees.above(instance));
    }

    Votes through(long instance) {
        return new Votes(ballot, decrees.through(instance));
    }
}
