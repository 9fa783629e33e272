/**
 * Runs actor protocols in virtual time on the calling thread, replayable from a seed (after FoundationDB's simulator,
 * Zhou et al., SIGMOD 2021, §4.1).
 *
 * <pre>
 *   Stage ── one actor system, every dispatcher, timer, mailbox and journal hooked, used for one seed after another
 *     └─ Simulation, a SimulatedRun ── one run of one seed
 *          ├─ Node n1, a SimulatedNode ── /user/n1, a subtree; a Host a life, a Disk for ever
 *          ├─ Node n2 …
 *          └─ World ── Execution: the run queue (the seed picks who goes next) and virtual time; the network, the trace
 *
 *   actor on n1 ── tell ──► mailbox of an actor on n2 (NetworkMailbox)
 *                               └─ other node? ──► Network: bytes, latency, loss, cuts ──► object ──► mailbox
 *   ask from n1 ──► its reply address is read on n2 as a stand-in (NodeAwareProvider) that goes through the network
 *   persist     ──► SimulatedJournal ──► the node's Disk: latency, sync, crash, torn write, I/O errors, no room, bit rot
 * </pre>
 *
 * <p>What both stages offer is in {@code SimulatedRun}, {@code SimulatedNode} and {@code NodeLife}; the cluster stage's own
 * part is {@link io.troupe.sim.cluster}.
 *
 * <p>Start with {@link io.troupe.sim.Simulation}; with JUnit, with {@link io.troupe.sim.junit.SimulationTest}. Judges of
 * what clients saw are in {@link io.troupe.sim.checker}.
 */
@NullMarked
package io.troupe.sim;

import org.jspecify.annotations.NullMarked;
