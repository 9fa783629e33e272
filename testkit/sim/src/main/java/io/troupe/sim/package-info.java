/**
 * Runs actor protocols in virtual time on the calling thread, replayable from a seed (after FoundationDB's simulator,
 * Zhou et al., SIGMOD 2021, §4.1).
 *
 * <pre>
 *   Stage ── one actor system, every dispatcher, timer, mailbox and journal hooked, used for one seed after another
 *     └─ Simulation ── one run of one seed
 *          ├─ Node n1 ── /user/n1, a subtree; a Host a life, a Disk for ever
 *          ├─ Node n2 …
 *          └─ World ── the run queue (the seed picks who goes next), virtual time, the network
 *
 *   actor on n1 ── tell ──► mailbox of an actor on n2 (NetworkMailbox)
 *                               └─ other node? ──► Network: bytes, latency, loss, cuts ──► object ──► mailbox
 *   ask from n1 ──► its reply address is read on n2 as a stand-in (NodeAwareProvider) that goes through the network
 *   persist     ──► SimulatedJournal ──► the node's Disk: latency, sync, crash, I/O errors
 * </pre>
 *
 * <p>Start with {@link io.troupe.sim.Simulation}; with JUnit, with {@link io.troupe.sim.junit.SimulationTest}. Judges of
 * what clients saw are in {@link io.troupe.sim.checker}.
 */
@NullMarked
package io.troupe.sim;

import org.jspecify.annotations.NullMarked;
