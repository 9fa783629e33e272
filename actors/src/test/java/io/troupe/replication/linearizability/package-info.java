/**
 * Every engine seen from its clients, in simulation: {@link io.troupe.replication.linearizability.KeyValueNode} is what a
 * node hosts, {@link io.troupe.replication.linearizability.Workload} is its client, and a checker that knows nothing of
 * engines judges what all clients saw.
 */
package io.troupe.replication.linearizability;
