/**
 * Chain replication, and primary-backup, as an engine (van Renesse and Schneider, <em>Chain Replication for Supporting High
 * Throughput and Availability</em>, OSDI 2004; section numbers are of that).
 *
 * <h2>The actors of one node</h2>
 *
 * <pre>
 * GroupHost                     one per node, whatever its engines (io.troupe.replication)
 *  └─ ChainReplica "group-…"    one per group: a server of its chain; stops when a child fails, is never restarted in place
 *      ├─ WriteAheadLog "log"   ChainLog: history and epoch, event-sourced; one write under way, the rest batched
 *      ├─ Applier "applier"     state machine and client sessions; answers clients and queries
 *      ├─ RaftReplica "master"  of the group "….master", whose state machine, Master, decides who forms the chain
 *      └─ SnapshotFetcher, SnapshotReader, SnapshotWriter, SnapshotPruner               (blocking dispatcher)
 * </pre>
 *
 * <h2>What a server does, by its place</h2>
 *
 * <pre>
 * every server   {@link io.troupe.chain.ChainServer}: history, what is durable and stable, the applier
 *                {@link io.troupe.chain.Epochs}: from one configuration of the master's to the next (§3)
 *                {@link io.troupe.chain.Requests}: passes clients' updates on; {@link io.troupe.chain.Queries}: answers queries
 *                {@link io.troupe.chain.Surveillance}: reports who is silent
 *                {@link io.troupe.chain.Reconfiguration}: changes the members
 * the head       {@link io.troupe.chain.Head}: puts updates in order; {@link io.troupe.chain.HandOver}: has another take its place
 * but the head   {@link io.troupe.chain.Upstream}: takes updates from the predecessor, acknowledges
 * but the tail   {@link io.troupe.chain.Downstream}, a {@link io.troupe.chain.Link} to each successor, who joins among them
 * who joins      {@link io.troupe.chain.StateTransfer}: a snapshot from the tail (§3)
 * </pre>
 *
 * <p>A chain of one is head and tail at once, and a primary is the head and answers: so these are duties, which a
 * {@link io.troupe.chain.Place} gives, and not states of one machine.
 *
 * <h2>An update, and a query, when all is well (§3)</h2>
 *
 * <pre>
 * client ─Propose─► any replica ─Submit─► head      middle      tail
 *                                          ├─Forward─►├─Forward─►│        the updates
 *                                          │ log      │ log      │ log    all sync them at the same time
 *                                          ├─Forward─►├─Forward─►│        what is durable at all above
 *                                          │                     │ here, too: stable; applies, and answers other nodes' clients
 *                                          │◄───────Stable───────┤ the head applies, and answers the clients of its node;
 *                                          │                     │ it says so with its next Forward
 *
 * client ──Query──► any server ─Confirm──► all others: are all still in this epoch, and what is stable?
 *                      │◄──────Confirmed── applies as much as any of them says, and answers
 * </pre>
 *
 * <p>What comes while the head has {@code max-batches-under-way} on their way is its next batch.
 *
 * <h2>What is durable</h2>
 *
 * <p>A server forwards an update beside its own sync, and says when it is durable from the head through itself ({@link
 * io.troupe.chain.ChainServer#durableFromHead}). The tail, which is the last to hear that, takes an update for stable when it is
 * on its own disk, too: then it is on all, and only then the client is answered, and anybody applies it. All others take for
 * stable what it says, at first hand or at second; so it knows of all that any client was told. So:
 *
 * <ul>
 *   <li>The Update Propagation Invariant (Hist_i ⊇ Hist_j for i before j) holds within an epoch of what servers have in memory,
 *       since none forgets anything in an epoch: who crashes, and may have lost what it had forwarded, is out of that epoch for
 *       ever, as the paper's fail-stop servers are out of the chain. It asks the master for another with the same servers
 *       ({@code RENEW}), and enters that as any other, with what its disk gave back. The founding epoch is entered durably for
 *       that reason: who comes back to an empty history must know that it had been in one.
 *   <li>In the epoch that follows, each drops what its new predecessor lacks. That was not on all disks, so it was not stable:
 *       no client was answered, and nobody had applied it.
 *   <li>What is stable is on the disk of every server of the chain, and outlives a loss of power everywhere.
 * </ul>
 *
 * <h2>When a server fails, or joins (§3)</h2>
 *
 * <p>Servers that have not heard of another for the failure timeout tell the master; it decides the next epoch. Each enters it
 * durably, and by then has left the one before: the head at once, the others after {@code Connect} and {@code Resume}, when
 * the predecessor has told what both have; what the other lacks follows. A removed server asks to join, receives history or a
 * snapshot from the tail while requests go on, and is then the new tail, which answers queries when it has come as far as the old.
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>The paper's servers stop when they fail (fail-stop). Here who is taken for failed may live. No safety rests on time but
 *       for lease reads: an epoch can only acknowledge when all its servers have left the one before. A linearizable read is
 *       answered when all others confirmed the epoch after it came, which one round does for all that came before it; a lease
 *       read by the tail under a lease that they granted, given {@code max-clock-drift}. That lease read is the paper's query.
 *   <li>Any server of the chain answers queries, see {@link io.troupe.chain.Queries}; the paper's tail alone does.
 *   <li>The head answers the clients of its own node, when the tail has said that their updates are stable: in the paper the tail
 *       answers all. A result is the same wherever it is computed, and crosses no network that way.
 *   <li>The tail acknowledges to the head at once, and those between learn it with what comes next: one message for each batch,
 *       and not one for each server. Acknowledgements go up the chain all the same, now and then, and from who joins.
 *   <li>The servers tell each other that they live, and the master who does not; the master's group has its replicas on the same
 *       nodes, so a chain changes only while a majority of all members lives.
 *   <li>A server applies an update when it is acknowledged, and not when it comes: nothing is ever undone.
 *   <li>Updates carry the epoch of the head that put them in order: so a server that comes back finds what of its history was
 *       never acknowledged, and drops it.
 *   <li>Servers of the paper are replaced by ones that come from nowhere. Here the members of the group are those of the master's
 *       group, which change as that engine changes its members ({@link io.troupe.chain.Reconfiguration}): a new one joins as one
 *       that comes back does, a removed one joins no more. A learner joins, one at a time, and is no part of the chain before it
 *       is promoted: updates do not wait for it, but queries ask it, as any that joins, until it is taken out. What the master
 *       decides follows from its log alone, so that says who the founders are.
 *   <li>A head may be changed without a failure, see {@link io.troupe.chain.HandOver}.
 *   <li>A disk is trusted to hold what was synced. A server that comes back in its epoch without it (to an empty directory,
 *       before it is taken for failed) knows that by those below, who act in the epoch without having been told by it what both
 *       have: it leaves the chain, and joins anew; a tail, or a backup, is sent all again. Should another server fail meanwhile,
 *       or the same one start once more before it is left out, updates may be lost that were acknowledged. One that is told by its
 *       operator ({@link io.troupe.chain.ChainEngine}) acts in no epoch before it has joined anew, however often it starts.
 *   <li>Requests of clients that a failed server forgot are repeated by the clients; sessions make them happen once.
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.chain.Place} and {@link io.troupe.chain.ChainServer}.
 */
@NullMarked
package io.troupe.chain;

import org.jspecify.annotations.NullMarked;
