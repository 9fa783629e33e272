/**
 * Raft seen from its clients, in simulation: {@link io.troupe.raft.sim.RaftNode} is what a node hosts, {@link
 * io.troupe.raft.sim.Workload} is its client, and the checkers judge what all clients saw.
 */
package io.troupe.raft.sim;
