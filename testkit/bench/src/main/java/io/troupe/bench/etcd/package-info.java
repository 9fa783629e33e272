/**
 * {@code troupe bench etcd}: our etcd face beside a real etcd, on the same machine, in the same run.
 *
 * <pre>
 * EtcdBench (command)
 *   ├─ Peer: TroupePeer (three JVMs), RealEtcdPeer (three processes), RunningPeer (endpoints somebody else runs)
 *   └─ ClosedLoop: raw asynchronous stubs, so many operations outstanding ── Workload, Measured
 * </pre>
 *
 * Start reading at {@link io.troupe.bench.etcd.EtcdBench}.
 */
@NullMarked
package io.troupe.bench.etcd;

import org.jspecify.annotations.NullMarked;
