/**
 * Leases of {@code pekko.coordination} that a consensus group holds: for the split-brain resolver's {@code lease-majority},
 * for singletons and shards, and for whatever wants a fencing token (Gray and Cheriton, <em>Leases: An Efficient
 * Fault-Tolerant Mechanism for Distributed File Cache Consistency</em>, SOSP 1989).
 *
 * <pre>
 * GroupLease ─ acquire, release ─► LeaseHolder ─ Acquire, Renew, Release ─► LeaseOffice ─► SessionClient ─► replica
 *     │ checkLease                     │ until when                            └ Lessor ─ Expire ─┘             │
 *     └───────────► Hold ◄─────────────┘                                           ▲                            ▼
 *                                                                                  └───── who holds ────── LeaseMachine
 * </pre>
 *
 * <h2>Time</h2>
 *
 * <p>The group's state knows no time. A lease is freed by an {@link io.troupe.cluster.lease.LeaseCommand.Expire} that names
 * the renewal which it counts from, so that it does nothing when a later one was committed before it. The leader's {@link
 * io.troupe.cluster.lease.Lessor} proposes it when its own monotonic clock has counted the time to live since it saw that
 * renewal applied. The holder counts from before it asked for the renewal, and gives the lease up by itself after nine
 * tenths of the time to live. So there are never two holders as long as no clock runs more than a tenth faster than
 * another, whatever is late or lost; a process that was stopped finds out when it asks {@code checkLease}. What it does
 * after that answer is beyond any lease: for this there is the fencing token, which rises whenever the holder changes.
 *
 * <p>Who dies holding a lease keeps it for the time to live and one check interval at most, while the group has a leader;
 * a new leader counts from when it saw the renewal itself.
 */
@NullMarked
package io.troupe.cluster.lease;

import org.jspecify.annotations.NullMarked;
