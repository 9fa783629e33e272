/**
 * Locks and elections that run on the server, for clients too thin to run them: the services {@code v3lockpb.Lock} and
 * {@code v3electionpb.Election}. Both are made of what any client has, as etcd's own concurrency package makes them: a
 * key under the lock's name that lives as long as a lease, ordered by creation revision; whose is the oldest, holds.
 *
 * <pre>
 *   client ──Lock, Campaign──▶ {@link io.troupe.etcd.concurrency.Contender} (one a call)
 *                                 ├─ lease grant, txn, range ──▶ the node's session client
 *                                 └─ KeyWatch: until the key before its own is gone ──▶ WatchHub
 *   client ◀──each proclamation── {@link io.troupe.etcd.concurrency.LeaderObserver} (one a stream)
 * </pre>
 *
 * <p>A contender waits for its predecessor alone, so that a release wakes one and not all. A client that leaves while it
 * waits takes its key with it.
 *
 * <p>Deviates: a lock whose own key is gone when its turn comes (its lease ran out while it waited) is refused with
 * "mutex: session is expired", as etcd does since 3.5; 3.4 grants it.
 */
@NullMarked
package io.troupe.etcd.concurrency;

import org.jspecify.annotations.NullMarked;
