/**
 * Looks for members whose stores differ (etcd --experimental-corrupt-check-time): off by default.
 *
 * <pre>
 *   leader's {@link io.troupe.etcd.corruption.CorruptionCheck} ── point ──▶ log ─▶ every replica freezes its state there
 *      │ hashes it, beside the replica                                          └─▶ its node's check hashes it
 *      └────────── the leader's hash ──▶ log ─▶ every node's check compares; one that differs raises CORRUPT
 * </pre>
 *
 * Both go through the log, so that all hash the state of one place in it (<em>Paxos Made Live</em>, §6.1, does the same).
 */
@NullMarked
package io.troupe.etcd.corruption;

import org.jspecify.annotations.NullMarked;
