/**
 * {@code troupe demo etcd}: three nodes, a jetcd load, and faults while it runs.
 *
 * <pre>
 * EtcdDemo (command) ── starts LocalCluster (three JVMs)
 *   ├─ Load: LoadClient × n, each a jetcd client of its own ── HistoryRecorder, Availability
 *   ├─ FaultScript: kill -9 the leader, restart it, again, then cut the leader off and heal
 *   └─ Verification: every acknowledged write read back from every node; the register history judged
 * </pre>
 *
 * Start reading at {@link io.troupe.bench.demo.EtcdDemo}.
 */
@NullMarked
package io.troupe.bench.demo;

import org.jspecify.annotations.NullMarked;
