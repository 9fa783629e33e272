package io.troupe.paxos;

/**
 * An acceptor in one life of its disk.
 *
 * @param token 0 as long as the disk is that of the first day; else drawn when the disk was found to have lost what it held,
 *     so that nothing said before counts together with what is said after (see {@link Rebuilding})
 */
record Voter(String node, long token) {}
