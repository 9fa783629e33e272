/**
 * Multi-Paxos: Paxos as an engine (Lamport, <em>Paxos Made Simple</em>, 2001, §3, and <em>The Part-Time Parliament</em>, ACM
 * TOCS 1998, §3; Chandra, Griesemer and Redstone, <em>Paxos Made Live</em>, PODC 2007, "Live" below; Howard, Malkhi and
 * Spiegelman, <em>Flexible Paxos</em>, OPODIS 2016). Single-decree Paxos, to begin with, is {@link io.troupe.paxos.synod}.
 *
 * <h2>The actors of one node</h2>
 *
 * <pre>
 * GroupHost                        one per node, whatever its engines (io.troupe.replication)
 *  └─ PaxosReplica "group-…"       one per group: acceptor and learner always, and as its present Role says
 *      │                           Follower, Candidate or Leader; stops when a child fails, is never restarted in place
 *      ├─ WriteAheadLog "log"      Ledger: pledge and votes, event-sourced; one write under way, the rest batched
 *      ├─ Applier "applier"        state machine and client sessions; answers clients and reads
 *      ├─ SnapshotFetcher          a snapshot from any other replica, in chunks       (blocking dispatcher)
 *      ├─ SnapshotReader           offers one, or reads a chunk of it, for such a one (blocking dispatcher)
 *      └─ SnapshotWriter, SnapshotPruner, Rebuilding                                  (blocking dispatcher)
 * </pre>
 *
 * <h2>A command, when all is well</h2>
 *
 * <pre>
 * client ─Propose─► any replica ─Forwarded─► leader: gets the next instance, if the window of α lets it, in one batch with
 *                                              │ whatever came while {@code max-batches-under-way} were not decided, or its
 *                                              │ own disk was busy
 *                                              │ Accept (2a), with what is decided so far
 *                        ┌─────────────────────┼──────────────────────┐
 *                        ▼                     ▼                      ▼
 *                 leader's Ledger        acceptor n2            acceptor n3
 *                        │ Stored              │ Ledger, Stored        │
 *                        ▼                     └──Accepted (2b)─► leader: a quorum of phase 2: decided
 *                     counted                                          │ Apply, when all before it are
 *                                                                      ▼
 *                                                                   Applier ─Applied─► client, through the replica that
 *                                                                     passed its command on, which learns what is decided
 * </pre>
 *
 * <p>Phase 1 is done once, for all instances, when a leader begins; a command then takes one Accept to and one Accepted from
 * each other acceptor ({@code PaxosPaperTest.oneRoundTripACommand} counts them).
 *
 * <h2>Where the papers are</h2>
 *
 * <ul>
 *   <li>the acceptor's two rules: {@link io.troupe.paxos.Pledge}; what promises bind a proposer to: {@link
 *       io.troupe.paxos.Phase1}; instances, window, gaps: {@link io.troupe.paxos.Proposing}, and what each has of votes: {@link
 *       io.troupe.paxos.OpenInstances};
 *   <li>who decides which instance, α ahead: {@link io.troupe.paxos.Memberships}, {@link io.troupe.paxos.Reconfiguration};
 *   <li>quorums of a size for each phase, refused where they need not intersect: {@link io.troupe.paxos.Quorums}, {@link
 *       io.troupe.paxos.PaxosSettings#requireQuorumsOf}; what of that holds when members change: {@link
 *       io.troupe.paxos.Membership};
 *   <li>master lease, acceptor's and master's half, with the drift it stands: {@link io.troupe.paxos.GrantedLease}, {@link
 *       io.troupe.paxos.MasterLease}; a returning node does not end the mastership: {@link io.troupe.paxos.Leader};
 *   <li>catch-up and snapshots from any replica: {@link io.troupe.paxos.CatchUp}; a disk that lost what it held: {@link
 *       io.troupe.paxos.Rebuilding}.
 * </ul>
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>An acceptor that lost its journal is readmitted under a new token by a decree, and not when it has seen one instance
 *       (Live §5.1), which is not enough where one promise stands for all instances: see {@link io.troupe.paxos.Rebuilding}.
 *   <li>A promise tells the votes above what its acceptor knows to be decided; a candidate fetches the rest before it leads.
 *   <li>A master raises its ballot when an acceptor refuses it for a higher one, and not periodically (Live §5.2).
 *   <li>What is decided is said with the next Accept or heartbeat; there is no message of its own for it.
 *   <li>A change of members is filled up with no-ops at once, so that it is in force α instances later without waiting for
 *       clients (§3 proposes it for a leader that has nothing to propose).
 *   <li>One change of members at a time: one that is decided while another is not yet in force counts for nothing. A leader that
 *       was cut off may have proposed it, who did not know the other, and it would undo that.
 *   <li>A learner is promoted when it has caught up within an election timeout (Raft's rule, {@link
 *       io.troupe.replication.CatchUpRounds}); its answers to heartbeats say how far it is. The papers have no such rule: without
 *       it a group that counts on who has nothing yet stands still until it has. Who is added as a voter at once is not waited for.
 *   <li>Status shows the round of the ballot promised as its term: high numbers, see {@link io.troupe.paxos.Ballot}. While
 *       it stays the same at a master, no other was master; but a raised ballot changes it, too. Live's epoch number (§5.3), which
 *       calls carry that fail in another, is not the engine's here: {@link io.troupe.replication.mastership} has it for any.
 *   <li>Live's checksum of the replicas' state as a log entry, and MultiOp, are for the systems above: etcd's Txn and HashKV.
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.paxos.Pledge}, then {@link io.troupe.paxos.Role}, {@link io.troupe.paxos.Candidate}
 * and {@link io.troupe.paxos.Leader}. {@link io.troupe.paxos.PaxosEngine} is the way in for a node.
 */
@NullMarked
package io.troupe.paxos;

import org.jspecify.annotations.NullMarked;
