/**
 * The etcd v3 API on Troupe: a replicated multi-version key-value store behind etcd's own gRPC services.
 *
 * <pre>
 *   etcd ({@link io.troupe.etcd.EtcdSystem}'s guardian: has the group hosted, then opens the gateway)
 *    ├─ watches              every watch of the node; fed by the state machine, reads its history for those behind
 *    ├─ lessor               in office where the node leads: has leases that ran out revoked
 *    ├─ leases               the desk that brings questions about leases to the lessor in office
 *    ├─ session              exactly-once commands, and reads, retried within their deadline
 *    ├─ catch-up             after the start: waits until the store is as new as the group's
 *    ├─ importer             where the node leads: brings a snapshot file into a new cluster, if one is set
 *    ├─ corruption-check     has all members' stores hashed and compared, if that is asked for
 *    ├─ compactor            where the node leads: has history forgotten that is older than the retention, if one is set
 *    └─ gateway              owns the gRPC server
 *        ├─ calls            unary calls to the session and back
 *        ├─ members          tells and learns where clients reach each member
 *        ├─ registrar        changes members; where the node leads, brings roster and group in line
 *        ├─ watch-streams ── stream-1, …        one session a client's stream of watches
 *        ├─ keep-alive-streams ── stream-1, …   one session a client's stream of keep-alives
 *        ├─ contenders ── stream--1, …          one a call that waits for a lock or an office
 *        ├─ snapshot-streams ── stream--2, …    one a client that takes a snapshot
 *        └─ leader-observers ── stream--3, …    one a stream of what an office's holder proclaims
 *   (node's group host)
 *    └─ replica "etcd"       the consensus engine; applies to {@link io.troupe.etcd.mvcc.EtcdStateMachine}
 * </pre>
 *
 * No child is restarted: a child that fails ends the guardian, and the node decides. A session that fails ends its
 * client's stream alone.
 *
 * A put, when all goes well:
 *
 * <pre>
 *   client ──Put──▶ gRPC thread ──Call──▶ calls ──Submit──▶ session ──Propose──▶ replica ──▶ log, majority
 *   client ◀─response+header─── calls ◀──Succeeded── session ◀──Applied── replica ◀── EtcdStateMachine.apply
 * </pre>
 *
 * Start reading at {@link io.troupe.etcd.mvcc} for what is stored, at {@link io.troupe.etcd.watch} and {@link
 * io.troupe.etcd.lease} for who follows it, at {@link io.troupe.etcd.concurrency} for locks and elections, at {@link
 * io.troupe.etcd.auth} for who may do what, at {@link io.troupe.etcd.members} for who belongs to the cluster, at {@link
 * io.troupe.etcd.bolt} for what a snapshot is and {@link io.troupe.etcd.restore} for what begins from one, at {@link
 * io.troupe.etcd.corruption} for what finds members that differ, and at {@link io.troupe.etcd.gateway}, {@link
 * io.troupe.etcd.port} and {@link io.troupe.etcd.json} for how clients reach it.
 */
@NullMarked
package io.troupe.etcd;

import org.jspecify.annotations.NullMarked;
