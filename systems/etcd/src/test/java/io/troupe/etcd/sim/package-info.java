/**
 * The store, watches and leases under simulation: nodes as {@code EtcdGuardian} makes them, without their gRPC server.
 * What clients see is checked against the revisions that the replicas applied ({@link io.troupe.etcd.sim.RunRecord}).
 */
package io.troupe.etcd.sim;
