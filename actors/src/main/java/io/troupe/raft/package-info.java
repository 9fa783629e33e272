/**
 * Raft (Ongaro and Ousterhout, <em>In Search of an Understandable Consensus Algorithm</em>, USENIX ATC 2014; section
 * numbers are of its extended version; "thesis" is Ongaro, <em>Consensus: Bridging Theory and Practice</em>, 2014).
 *
 * <h2>The actors of one node</h2>
 *
 * <pre>
 * GroupHost                        one per node (io.troupe.replication); hosts groups, lists their status, hands leadership over
 *  ├─ PeerDirectory                finds other nodes by stable id (receptionist), and their replicas of a group
 *  └─ RaftReplica "group-…"        one per group; stops when a child fails, is never restarted in place
 *      │                           its present Role: Follower, PreCandidate, Candidate, Leader
 *      ├─ WriteAheadLog "log"      RaftLog: hard state and entries, event-sourced; one write under way, the rest batched
 *      ├─ Applier "applier"        state machine and client sessions; answers clients and reads
 *      ├─ Replicator "replicator-peer-term"   while leading, one per peer: probing, replicating, snapshot
 *      │   └─ SnapshotSender       one snapshot to one peer, in chunks          (blocking dispatcher)
 *      ├─ SnapshotReceiver         chunks from the leader into the storage      (blocking dispatcher)
 *      └─ SnapshotWriter, SnapshotPruner   one snapshot written, older ones deleted (blocking dispatcher)
 * </pre>
 *
 * <h2>A command, when all is well</h2>
 *
 * <pre>
 * client ─Propose─► any replica ─Forwarded─► leader: appended to the log in memory
 *                                             │ Flush: what else came goes along
 *                      ┌──────────────────────┼───────────────────────┐
 *                      ▼ Write                ▼ Advance               ▼ Advance
 *                   RaftLog               Replicator n2           Replicator n3
 *                      │ journal              │ AppendEntries         │
 *                      │                      ▼                       ▼
 *                      │                  follower n2: in memory ─Write─► its RaftLog
 *                      │                      │ Stored, then AppendAccepted
 *                      ▼ Stored               ▼ Progress
 *                    leader: a quorum has it durably ─► commitIndex
 *                      │ Apply
 *                      ▼
 *                   Applier ─Applied─► client
 * </pre>
 *
 * <p>What is forwarded goes with whatever else is in the mailbox then, and its answers come back together through the
 * replica that forwarded it ({@link io.troupe.replication.Answers}): what crosses nodes is paid by the message.
 *
 * The role decides on what it holds in memory and never waits for the disk; what must be durable before it is said
 * waits in {@link io.troupe.raft.DurableFrontier}. The log is a value ({@link io.troupe.raft.LogView}) whose entries all
 * these actors share by reference.
 *
 * <h2>Members</h2>
 *
 * <p>{@link io.troupe.replication.Replica.Reconfigure} changes who belongs to the group (§6; thesis §4): a change of one
 * voter is one entry, a change of more goes through a joint configuration, and C_new follows C_old,new by itself.
 *
 * <pre>
 * Reconfigure ─► leader: ConfigurationChange ─ simple ─────────────────► C_new ─ committed ─► Reconfigured
 *                                            └ joint ─► C_old,new ─ committed ─┘   └► a leader without a vote in it hands
 *                                                                                     leadership over
 * </pre>
 *
 * <p>A node joins by hosting the group with members that it is not among: its replica has no configuration, votes when it
 * is asked, stands never, and learns from whoever leads, from when it is added. As a learner it gets the log and is
 * promoted when it has caught up. A voter does not become a learner: it is removed, and added as one.
 *
 * <h2>Witnesses</h2>
 *
 * <p>A witness (Pâris, <em>Voting with Witnesses</em>, ICDCS 1986) is a voter that keeps index and term of each entry, and
 * configurations, but no command, no session and no state; it is hosted as one ({@link io.troupe.replication.Groups.Host}).
 * It never stands, and the leader brings it an entry only when every voter with a state that keeps pace has it, or none
 * does (as the auxiliaries in Lamport and Massa, <em>Cheap Paxos</em>, DSN 2004): else it could know of more than any
 * survivor has, and vote for nobody. Nothing is committed that no voter with a state has durably. What a witness's clients
 * read, the leader reads for it. Its limits:
 *
 * <ul>
 *   <li>What a leader and witnesses alone have committed is on one disk. While that server is away the group has no leader;
 *       when its disk is lost, so is what was committed. Two servers and a witness survive the loss of one, not of one after
 *       the other.
 *   <li>When a voter with a state is lost, the group waits up to an election timeout before witnesses take its place.
 *   <li>A witness serves no stale read and leads never, so of n servers with w witnesses n - w can.
 *   <li>It does not become a voter with a state, nor the other way: it is removed, its data deleted, and added anew.
 * </ul>
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Time is counted in ticks of half a heartbeat, so election timeouts are spread in steps (§9.3 spreads evenly).
 *   <li>A candidate that was refused a vote stands again after a random share of half an election timeout; in §5.2 it waits
 *       for a whole one. Pre-vote keeps one that cannot win from disturbing.
 *   <li>What a transfer comes to (thesis §3.10) is told when it is known who leads, not when the old leader stops.
 *   <li>Pre-vote, check-quorum and leader stickiness are always on (thesis §9.6, §6.2, §4.2.3).
 *   <li>A candidate asks for votes when its own is durable; Figure 2 orders only answers.
 *   <li>Back-off by term (§5.3) is made from both ends: the follower's hint is the last place with a term not above the
 *       leader's, and the leader goes on from the last place with a term not above the hint's.
 *   <li>A leader that has nothing to send along with a new commit index tells it by the place of the committed entry, which
 *       needs no answer: a follower whose log has that entry has all before it too (§5.3, Log Matching). Figure 2 has
 *       AppendEntries for both. While writes go on it waits a moment for the next entries; the index that a follower asks for to
 *       read at comes as such a place, too, so that no read waits for that.
 *   <li>A lease (thesis §6.4.1) is of the configuration in force when its round began, and a leader that has told another
 *       server to stand has none any more in its term. What it rests on, that voters support nobody else for an election
 *       timeout after they heard a leader, holds over a change of term and a restart: a server that starts again supports
 *       nobody for that long.
 *   <li>A leader without a vote in C_new does not step down at once when that is committed (§6): it hands leadership over
 *       first, takes no proposals meanwhile, and steps down after an election timeout at the latest.
 *   <li>A peer that is removed is replicated to for an election timeout more, so that it hears of it; one that does not
 *       stays a voter in its own eyes, and pre-vote and leader stickiness keep it from disturbing (thesis §4.2.3).
 *   <li>A node that lost its data and is hosted as before could vote twice: remove it first, and add it again.
 *   <li>Sessions are evicted by number, in the order of the log, and never by time (thesis §6.3 leaves it open).
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.raft.RaftReplica}, then {@link io.troupe.raft.Role} and its four subclasses
 * beside Figure 2; rules that are pure are {@link io.troupe.raft.LogMatching}, {@link io.troupe.raft.Configuration},
 * {@link io.troupe.raft.ConfigurationChange} and {@link io.troupe.raft.Majority}. {@link
 * io.troupe.raft.RaftEngine} is the way in for a node, {@link io.troupe.raft.StoppedReplica} for one that does not run; what
 * is free of Raft is in {@link io.troupe.replication}.
 */
@NullMarked
package io.troupe.raft;

import org.jspecify.annotations.NullMarked;
