/**
 * Order without a leader (Schneider, <em>Implementing Fault-Tolerant Services Using the State Machine Approach</em>, ACM
 * Computing Surveys 1990, §3.2): every request has a unique identifier, replicas execute in the order of identifiers, and the
 * question is when a request is <em>stable</em>: when none with a lower identifier can come any more. The paper's three
 * answers, to be read beside it. The engines of Troupe order by logs instead, because each answer here needs something of
 * the network:
 *
 * <pre>
 *                 who makes the identifier      a request is stable when                          what it takes
 * §3.2.1  Lamport's logical clock   the client  every client that lives has sent a higher one    FIFO links, failures are told
 * §3.2.2  synchronized clocks       the client  it is Δ old by the replica's own clock           Δ: delivery plus clock skew
 * §3.2.3  replicas, in two phases   replicas    no request that is seen and not accepted could   FIFO links, failures are told
 *                                               come before it
 * </pre>
 *
 * <pre>
 * StampedClient ─Deliver(uid, command)─► StampedReplica (all)                      §3.2.1 and §3.2.2
 *                                          └─ StabilityTest
 *
 * ProposingClient ─See─► NumberingReplica (all)                                    §3.2.3
 *                 ◄─Candidate(cuid)─┘
 *                 ─Accept(uid = the highest cuid)─► NumberingReplica (all)
 *                                          └─ Candidates
 * </pre>
 *
 * <p>O1, one client's requests are executed in its order, and O2, a request that may have been caused by another is executed
 * after it, follow from how identifiers are made. Agreement, that all replicas get what one has got, is by relaying (§3.1,
 * for processes that fail by stopping): a client may stop in the middle of sending. Failures are told after everything that
 * who failed has sent has come, relayed or not, as the paper's fail-stop processors have it.
 */
@NullMarked
package io.troupe.replication.ordering;

import org.jspecify.annotations.NullMarked;
