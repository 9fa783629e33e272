/**
 * {@code troupe bench etcd}: our etcd face beside a real etcd, on the same machine, in the same run.
 *
 * <pre>
 * EtcdBench (command)
 *   ├─ Peer: TroupePeer (three JVMs), RealEtcdPeer (three processes), RunningPeer (endpoints somebody else runs)
 *   ├─ Clients: raw asynchronous stubs in a {@link io.troupe.bench.load.ClosedLoop} ── Workload
 *   ├─ Idle: what a peer costs that has nothing to do
 *   └─ Failover: from SIGKILL of the leader to the next acknowledged write
 * </pre>
 *
 * Start reading at {@link io.troupe.bench.etcd.EtcdBench}.
 */
@NullMarked
package io.troupe.bench.etcd;

import org.jspecify.annotations.NullMarked;
