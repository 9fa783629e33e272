/**
 * Outputs of replicas that may be faulty (Schneider, <em>Implementing Fault-Tolerant Services Using the State Machine
 * Approach</em>, ACM Computing Surveys 1990, §4): to devices of the outside, and to clients. {@link
 * io.troupe.replication.voting.Faults} says how many replicas there must be and how many must agree, {@link
 * io.troupe.replication.voting.Tally} counts; PBFT's client counts with the same.
 *
 * <h2>To a device (§4.1)</h2>
 *
 * <pre>
 *  node n1                                                      the device
 *  Applier ─► ActingMachine ─Act─► OutputPort ─Output(n, value)─► OutputVoter ─Release(n, value)─► it moves
 *               │ numbers, keeps       ▲                             │ each number once, in order
 *             Service.act(value)       └────────Released(below)──────┘
 *  nodes n2, n3 alike
 * </pre>
 *
 * <h2>To a client (§4.2)</h2>
 *
 * <pre>
 *  SessionClient ─Propose─► Ensemble ─Propose─► replica of n1, n2, n3 …       one of them, or all
 *                              ▲ └─ believed: Applied ─► SessionClient
 *                              └─Applied, each for itself
 * </pre>
 *
 * <p>Deviates: the paper's t+1 or 2t+1 replicas are counted of replicas that answer by themselves. Our engines need 2t+1, or
 * 3t+1 with lies, to agree on an order without timing assumptions; those are then enough for a voter, too. {@link
 * io.troupe.replication.ordering} needs no more than the paper's.
 */
@NullMarked
package io.troupe.replication.voting;

import org.jspecify.annotations.NullMarked;
