package io.troupe.paxos;

/** Votes for consecutive instances in one ballot. */
record Votes(Ballot ballot, Decrees decrees) {}
