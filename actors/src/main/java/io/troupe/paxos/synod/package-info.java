/**
 * Single-decree Paxos: one value, agreed on once and for ever (Lamport, <em>Paxos Made Simple</em>, 2001, §2; the "Synod" of
 * <em>The Part-Time Parliament</em>, ACM TOCS 1998, §2). It is here to be read beside the paper; the engine that orders a
 * sequence of commands is {@link io.troupe.paxos}.
 *
 * <pre>
 * Proposer ──Next──► BallotBook              a ballot, written down before it is used
 *     │ Prepare (1a)     to every acceptor
 *     ▼
 * Acceptor ──Promise (1b)──► Proposer        durable before it is said
 *     ▲                          │
 *     └────────Accept (2a)───────┘           after a quorum of promises: P2c says which value
 *     │
 *     └──Accepted (2b)──► Learner            a quorum in one ballot: chosen
 *                            └──Chosen──► Proposer, other learners that asked
 * </pre>
 *
 * <p>Begin with {@link io.troupe.paxos.synod.AcceptorState}: it holds the two rules that all rests on. Quorums may be of
 * different sizes in the two phases ({@link io.troupe.paxos.Quorums}).
 *
 * <p>Deviations: a repeated prepare is promised again, because the answer may have been lost; acceptors say when they refuse
 * (§2.2 allows both to be left out).
 */
@NullMarked
package io.troupe.paxos.synod;

import org.jspecify.annotations.NullMarked;
