package io.troupe.paxos;

/**
 * An acceptor's vote (Paxos Made Simple, §2.2: the proposal of the highest ballot it has accepted) in one instance.
 *
 * @param ballot {@link Ballot#NONE} when it did not vote itself, but was told what is chosen
 */
record Vote(long instance, Ballot ballot, Decree decree) {}
