/**
 * Leases in time: the replicated part (which exist, with what keys) is the state machine's; here is who watches the
 * clock, and how any node's clients reach that one.
 *
 * <pre>
 *   EtcdStateMachine ──LeaseGranted, LeaseRevoked, LeasesRestored──▶ Lessor (one a node; the leader's is in office)
 *   KeepAliveSession, LeaseService ──Ask──▶ LeaseDesk (one a node) ──Renew, AskRemaining──▶ the leader's Lessor
 *   Lessor ──leaseExpired(id, term)──▶ session client ▶ log ▶ every replica deletes the keys
 * </pre>
 *
 * <p>A new leader's lessor first commits that it takes office in its term, then gives every lease its full TTL again.
 * From that entry on the state machine refuses expiries decided in earlier terms: a lessor that has been succeeded
 * without noticing cannot end a lease its successor renewed. (etcd does not fence; an old leader's revoke may win.)
 */
@NullMarked
package io.troupe.etcd.lease;

import org.jspecify.annotations.NullMarked;
