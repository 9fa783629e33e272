/**
 * PBFT (Castro and Liskov, <em>Practical Byzantine Fault Tolerance</em>, OSDI 1999; section numbers are of that; "TOCS 2002"
 * is their <em>Practical Byzantine Fault Tolerance and Proactive Recovery</em>, "thesis" Castro's of 2001, each cited by what a
 * section is about): of 3f+1 replicas f may do whatever they like, and the others still agree.
 *
 * <h2>The actors of one node</h2>
 *
 * <pre>
 * GroupHost                      io.troupe.replication
 *  ├─ PeerDirectory              finds the other replicas
 *  └─ PbftReplica "group-…"      one a group; stops when a child fails, is never restarted in place
 *      │                         opens what it is told, and gives it to NormalCase, ViewChanger, StateTransfer, Standings, Recovery
 *      ├─ WriteAheadLog "log"    FactLog: what must not be forgotten, event-sourced; one write under way, the rest batched
 *      ├─ Executor "executor"    the service; executes batches in order, reads, freezes checkpoints
 *      ├─ VotingClient "client"  this node's clients: asks all, believes what enough replicas say alike
 *      ├─ StateKeeper            stores checkpoints, digests their pages, shows them to others (blocking dispatcher)
 *      └─ StateFetcher           one state, from replicas that may lie                        (blocking dispatcher)
 * </pre>
 *
 * <h2>A request, when all is well (Figure 1)</h2>
 *
 * <pre>
 *              n1 primary         n2              n3              n4 in reserve
 * client ─Request─►│               │               │               │  of all that its node's clients have asked meanwhile
 *                  ├─PrePrepare───►├──────────────►├─ ─ ─ ─ ─ ─ ─ ►│  the primary's vote; to the others once a tick, together
 *                  │◄──────────────┼───Prepare─────┤               │  to all that vote, at once
 *                  ├───────────────┼───Commit──────┼──Commits─────►│  to all that vote, when a quorum has prepared, and that
 *                  │               │               │               │  is durable; to the others once a tick, together.
 *                  │               │               │               │  While writes go on: with the vote for the next batch
 * client ◄─Reply───┴───────────────┘               │               │  tentatively, at once when it has said its commit, and
 *                                                                     has executed the batch: a quorum alike
 *                                                                     Where nothing is executed tentatively:
 *                                                                     when a quorum has committed, and it is executed
 * </pre>
 *
 * <h2>What is whose</h2>
 *
 * {@link io.troupe.pbft.Core} is what the parts share: the {@link io.troupe.pbft.Ledger}, a fold over durable {@link
 * io.troupe.pbft.Fact}s, and a {@link io.troupe.pbft.Slot} for each open sequence number, with what was heard. {@link
 * io.troupe.pbft.NormalCase} is §4.2, {@link io.troupe.pbft.Execution} its end, {@link
 * io.troupe.pbft.TentativeExecution} what of §5.1 comes before that end, {@link io.troupe.pbft.HeldCommits} what that saves, {@link
 * io.troupe.pbft.PreferredQuorum} who votes in it, {@link io.troupe.pbft.ViewChanger} §4.4, {@link io.troupe.pbft.Vouching} what a view change may need besides, {@link
 * io.troupe.pbft.StateTransfer} §4.3, {@link io.troupe.pbft.Standings} and {@link
 * io.troupe.pbft.Repeats} what is said again because the network loses it, {@link io.troupe.pbft.Pace} how often, {@link io.troupe.pbft.KeyExchange} with {@link
 * io.troupe.pbft.SessionKeys} TOCS 2002 on key exchanges, {@link io.troupe.pbft.Recovery} on recovery.
 * Rules that are pure: {@link io.troupe.pbft.Membership}, {@link io.troupe.pbft.VotingRight}, {@link io.troupe.pbft.Slot},
 * {@link io.troupe.pbft.NewViewDecision}, {@link io.troupe.pbft.ViewStart}, {@link io.troupe.pbft.Estimate}, {@link
 * io.troupe.pbft.DigestTree}, {@link io.troupe.pbft.Choices}. {@link io.troupe.pbft.PbftEngine} is the way in.
 *
 * <h2>What replicas cannot compute alike (§4.6)</h2>
 *
 * <pre>
 * Executor        NormalCase at the primary           NormalCase at a backup              Executor, everywhere
 *  the service     Choice.propose() ─PrePrepare─►      Choice.accepts(value)?              service.onChosen(value)
 *  gives its       the value beside the requests,      if not, it does not prepare         then the batch's operations
 *  Choice away     the digest is of both
 * </pre>
 *
 * A service that needs the time, or chance, is a {@link io.troupe.pbft.NonDeterminism} besides; {@link
 * io.troupe.pbft.AgreedTime} is such a choice, and {@link io.troupe.pbft.AgreedSchedule} such a service. Judging is for the
 * replica's own actor, and rests on this node's clock, not on the state, which the executor alone has; what to make of a
 * value that does not fit the state is for the service, and alike at all. A replica that is behind, or whose clock is wrong,
 * executes what a quorum has committed, and takes up what a new view begins with, whatever it thinks of the value. "Values
 * provided by the backups" (an extra phase there) are not offered.
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Messages have authenticators (§5.2), and view changes signatures, both of what is said and of the group in which it
 *       is; a new view is decided from claims P and Q as in TOCS 2002, where view changes have acknowledgements instead of
 *       signatures.
 *   <li>An authenticator's codes are of the digest of what is said, which is taken once for all readers.
 *   <li>The paper's replicas lose their memory when they stop, and count as faulty until they are recovered. Here a replica
 *       that was killed is slow when it comes back, and not faulty. What it says of what prepared and committed rests on
 *       durable facts, one write a batch, which is durable before its commit; what it says of checkpoints on one a checkpoint.
 *       A pre-prepare and a prepare do not: a replica forgets them in a crash, and so that it does not say otherwise (§4.2),
 *       it says neither when it is back, in the view that was in force, for the numbers for which it can have said one ({@link
 *       io.troupe.pbft.VotingRight}): that is what TOCS 2002 has a recovering replica do. It still commits to what a
 *       quorum of others has prepared. A primary that is back leaves its view at once, and the others with it.
 *       <p>Why nothing is lost: what committed was prepared, durably, by f+1 correct replicas, which tell of it in P; and no
 *       view prepares two batches under one number, for each correct replica votes once in all its lives. Why a new view is
 *       decided nevertheless, when those have forgotten that should vouch for what prepared (A2): whoever might have said a
 *       prepare vouches for it again ({@link io.troupe.pbft.Vouching}). For that it must be able to tell that the batch was
 *       right; when it knows that only from its clients themselves, and not from the batch, its prepare waits until the
 *       pre-prepare is durable. Of the batch's value (§4.6) it asks whether it can ever have accepted it, for it is late to ask
 *       whether it does. And a replica does not tell in P of what prepared before a view that began with something
 *       else: that proves that it had not committed.
 *       <p>Where a new view begins, f+1 vouch for, too, when most were killed together: a checkpoint is stable when a quorum has
 *       said that it has it, so at the latest that is stable anywhere f+1 correct replicas have it on their disks, and say so
 *       again. That is why a state that was fetched, on the word of f+1, does not move h by itself; when that leaves the
 *       replica beyond its window, and too few have the state, it goes back to one that more have.
 *       <p>The price: one that is back from a crash counts like a silent one until the window has moved on, or the view
 *       changes; with f others silent, too, the view must change before anything is decided.
 *   <li>A replica whose disk is lost is told so by its operator ({@link io.troupe.pbft.PbftEngine}), for an empty log is that of
 *       a founder, too. It recovers as in TOCS 2002, from the estimate on ({@link io.troupe.pbft.Recovery}): it says
 *       neither a prepare nor a commit for any number for which it can have said one, and leads no view, until a stable
 *       checkpoint is beyond those. Until then it counts as one of the f that are faulty, and so it does for who reads the
 *       proofs here: what prepared at it, nobody tells of. Its lasting keys stay what they were; so that nobody answers for others
 *       with what they said once, its query has a nonce. What the paper's recovery request does for liveness, null requests
 *       of its node's client do: one a tick, as fast as it executes them
 *       itself, while its clients ask for nothing.
 *       <p>Not covered: a view change that it had said before, alone, and that only one who is silent about it has; were that
 *       one to turn traitor when the replica has recovered, it could have it counted, and it does not tell of what the replica
 *       has voted for since in the views before. Any correct replica that has it shows it. (In the paper new keys make it void.)
 *   <li>While all is well 2f+1 replicas vote, the primary and those after it, and the f others are in reserve ({@link
 *       io.troupe.pbft.PreferredQuorum}). The paper has all vote, and counts on 2f+1. Nothing is believed on fewer votes
 *       here, nor on others: a replica in reserve is one whose votes are late and that hears late of pre-prepares and of the
 *       votes of others, and safety rests nowhere on how late a message is (§2). What it has accepted and not voted for is no
 *       fact: it may forget that, and tells of it in no view change, as if the pre-prepare were still on its way. For
 *       liveness (§2: delays do not grow without end) it and all others vote and listen as in the paper as soon as one batch takes {@code
 *       reserve-patience} to commit, and until all of the preferred are there again. So a replica that stops costs that much
 *       once; a traitor who is silent now and then costs it ever more seldom, for the time until calm doubles. The price: a
 *       replica in reserve executes up to a tick later, so while there are writes a fast read needs all that vote to be in
 *       the same state, and is ordered more often; what a client reads of one replica alone may be a tick older there.
 *   <li>A node's clients are one client, and a request has several operations: see {@link io.troupe.pbft.VotingClient}.
 *   <li>Where a view began with what is chosen, and below, nothing else is accepted in it, whether the window is there yet or
 *       not: the paper's replica would have taken over the checkpoint with which the view begins.
 *   <li>A replica executes what a quorum has committed in any one view, prepared here or not: that commits it (§4.2).
 *   <li>The paper's timestamps increase, and a request is executed when its own is later than the client's last. A client here
 *       has several requests under way and begins anew with each life, so the state has which of its latest requests were
 *       executed ({@link io.troupe.pbft.ExecutedRequests}), and replies to some and not to one alone ({@link
 *       io.troupe.pbft.RecentReplies}). A request of a client that was started sixteen times since could be executed again.
 *   <li>Commands of the contract have sessions and serials besides. A session is the client's whose request opened it (§2: what a
 *       faulty client may do is for access control to say), but for one that is opened as {@linkplain
 *       io.troupe.replication.Replica.OpenShared shared}, whose serials any node can use up.
 *   <li>A read is believed when a quorum answers alike <em>from the same state</em>; see {@link io.troupe.pbft.VotingClient}
 *       for what goes wrong otherwise, and for why a write then needs a quorum of replies (Berger, Reiser and Bessani,
 *       SRDS 2021, on what fast reads ask of writes).
 *   <li>Tentative execution (§5.1) is for state machines that can be wound back ({@link
 *       io.troupe.replication.StateMachine#isRevocable}); who tells others while it applies, as etcd's does its watchers, is given
 *       what has committed. A replica replies tentatively when it has said its commit, for until then its prepared
 *       certificate is not durable. When the view changes, the paper's replica goes back to its last checkpoint; here only one
 *       whose tentative batch the new view does not begin with, which is seldom, for the state is read from the disk for
 *       that; and one that has been without a view for long, for reads wait at it. One that has taken back what it replied
 *       answers no fast reads until it has executed as much again: else it could answer one that misses a write which its
 *       client believes ({@link io.troupe.pbft.Core#tookBack}).
 *   <li>Since clients do not wait for the commits of what is executed tentatively, these are told with the same replica's vote for
 *       the next batch while batches follow each other ({@link io.troupe.pbft.HeldCommits}), and else at once: the commit
 *       phase costs few messages then. For a tick after a read, which waits for them, they are told at once, too. The price: behind
 *       the last of several batches, a replica is up to two ticks later in executing for good, and so is the answer to a client that
 *       reads of it alone.
 *   <li>Session keys change (TOCS 2002, key exchanges), and those that they rest on do not. The paper's replica encrypts a
 *       key for each of the others; here it announces the public half of one (X25519), from which each of the others and its
 *       own lasting key have the code of that pair. So what was learned of a session key, by whatever way, is of no use
 *       after two intervals. Who has got hold of a node's lasting keys is that node for good, which the paper's secure
 *       co-processor prevents. The paper rejects what is sealed under the key before at once, and forgets votes that came
 *       under it; here that is read for one interval longer, since nothing else is wrong with what was on its way, and what
 *       was read was said. In the first interval of a life the secret of each pair stands for the key before; and requests,
 *       which must be provable later, in their batch, are under it always ({@link io.troupe.pbft.Notary#seal}): they do not
 *       gain by the change.
 *       A node of a version without session keys is heard in that first interval alone.
 *   <li>Recovery is not proactive (TOCS 2002): nobody recovers but who has lost its disk.
 *   <li>A checkpoint writes the whole state, and not its pages that changed (section "Maintaining Checkpoints"). One is
 *       taken, too, when the batches since the last have many bytes, for until the next is stable they are kept in memory.
 *   <li>A client that seals a request well for some replicas and badly for others makes views change (Clement et al., NSDI
 *       2009), never replicas disagree; in the paper's system it holds up the group for as long as it likes. Here a client signs what
 *       it sends again, and what follows for a while. A backup waits only for what is signed, which the primary can read, too; and
 *       a primary that loses its view orders nothing more of those of whom it had ordered something that was not executed, but what
 *       is signed, which every backup can read ({@link io.troupe.pbft.Suspects}). So such a client ends the view of each
 *       correct primary once, and of each again when the suspicion is over, which lasts twice as long each time; and never more
 *       than two views after each other, for then everybody must sign, until something is executed. No replica takes
 *       another's word for it. (One that fills the primary's room at the moment when a backup passes on what it asked that backup for
 *       can end more views, each with as much of its own executed.) The price: a request that comes to a backup first waits for {@code client-silence}; and a client
 *       whose primary lost its view for another reason is not answered at once when that one leads again.
 *   <li>The members are fixed. Digests in Q are not bounded in number (the thesis has a way): there are at most as many as
 *       views between two stable checkpoints.
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.pbft.PbftReplica}, then {@link io.troupe.pbft.NormalCase}.
 */
@NullMarked
package io.troupe.pbft;

import org.jspecify.annotations.NullMarked;
