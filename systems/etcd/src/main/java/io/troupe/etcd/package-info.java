/**
 * The etcd v3 API on Troupe: a replicated multi-version key-value store behind etcd's own gRPC services.
 *
 * <pre>
 *   etcd ({@link io.troupe.etcd.EtcdSystem}'s guardian: has the group hosted, then opens the gateway)
 *    ├─ session          exactly-once commands and reads, retried within their deadline
 *    └─ gateway          owns the gRPC server
 *        └─ calls        unary calls to the session and back
 *   (node's group host)
 *    └─ replica "etcd"   the consensus engine; applies to {@link io.troupe.etcd.mvcc.EtcdStateMachine}
 * </pre>
 *
 * A put, when all goes well:
 *
 * <pre>
 *   client ──Put──▶ gRPC thread ──Call──▶ calls ──Submit──▶ session ──Propose──▶ replica ──▶ log, majority
 *   client ◀─response+header─── calls ◀──Succeeded── session ◀──Applied── replica ◀── EtcdStateMachine.apply
 * </pre>
 *
 * Start reading at {@link io.troupe.etcd.mvcc} for what is stored and at {@link io.troupe.etcd.gateway} for
 * how clients reach it.
 */
@NullMarked
package io.troupe.etcd;

import org.jspecify.annotations.NullMarked;
