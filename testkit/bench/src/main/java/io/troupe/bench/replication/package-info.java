/**
 * {@code troupe bench raft}: replication engines alone, with nothing above them but a state machine that counts, beside
 * each other on the same machine in the same run. {@code troupe bench replication} is the same with any engines.
 *
 * <pre>
 * ReplicationBench (command)
 *   └─ EngineGroup: three JVMs of one engine, PBFT four         ║ a JVM each
 *        └─ ReplicaProcess ── commands and answers as lines ───►║ ReplicaMain ─► Engine.Replica (TroupeRaft, SofaJRaft)
 *                                                               ║   └─ ClosedLoop, in the leader's own JVM
 * </pre>
 *
 * The load is made in the JVM of the leader, so that no client protocol is measured. An engine is added by implementing
 * {@link io.troupe.bench.replication.Engine} and naming it in {@code META-INF/services}.
 */
@NullMarked
package io.troupe.bench.replication;

import org.jspecify.annotations.NullMarked;
