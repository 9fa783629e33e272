package io.troupe.raft;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;

import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.Proposals;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.replication.WriteAheadLog;
import io.troupe.sim.mutants.Planted;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Classic bugs of Raft, each planted alone into otherwise unchanged bytes: what is written here is inlined at the
 * beginning or the end of the method named. The simulation is worth what it finds of them.
 */
final class Mutants {

    private Mutants() {}

    /** Found by {@link AllFaults}; others by something narrower, for what seldom happens there. */
    static Planted planted(Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
        return Planted.advised(bug, type, method, AllFaults.class, seeds);
    }

    private static Planted aboutLeases(
            Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
        return Planted.advised(bug, type, method, LeaseFaults.class, seeds);
    }

    static List<Planted> all() {
        return Stream.concat(own().stream(), MembershipMutants.all().stream()).toList();
    }

    private static List<Planted> own() {
        return List.of(
                planted(VotesTwiceInATerm.class, HardState.class, named("mayVoteFor"), 10),
                Planted.advised(
                                ForgetsToPersistTheVote.class,
                                LogEvent.Written.class,
                                isConstructor(),
                                ElectionFaults.class,
                                300)
                        .foundAt(164),
                planted(RestartWipesTheVote.class, RecoveredLog.class, named("hardState"), 10),
                Planted.advised(
                                NewLeaderWipesTheVote.class,
                                RaftServer.class,
                                named("follow"),
                                ElectionFaults.class,
                                100)
                        .foundAt(2),
                planted(CountsStaleVotes.class, Candidate.class, named("onVoteReply"), 150)
                        .foundAt(50),
                planted(MajorityOffByOne.class, Majority.class, named("quorum"), 10),
                planted(CommitsAnEarlierTermByCounting.class, Leader.class, named("advanceCommitIndex"), 10),
                planted(AppliesBeforeCommit.class, Follower.class, named("accept"), 10)
                        .foundAt(4),
                planted(CommitsAnotherEntry.class, Follower.class, named("learnCommitted"), 40)
                        .foundAt(4),
                planted(BelievesAnswersOfAnyLog.class, Follower.class, named("onAnswers"), 100)
                        .foundAt(75),
                planted(SkipsTheConsistencyCheck.class, LogMatching.class, named("decide"), 40)
                        .foundAt(34),
                planted(TruncatesOnAStaleAppend.class, LogMatching.class, named("decide"), 10),
                planted(AcknowledgesBeforeTheSync.class, WriteAheadLog.class, named("store"), 10),
                planted(LeaderCountsItselfBeforeTheSync.class, Leader.class, named("durableIndexOf"), 60)
                        .foundAt(12),
                planted(ReadsWithoutReadIndex.class, HeartbeatRounds.class, named("isConfirmed"), 100)
                        .foundAt(27),
                planted(WhoAsksIsEnough.class, ReadRounds.class, named("isConfirmedBy"), 100),
                planted(SnapshotsWithoutSessions.class, ReplicatedService.class, named("write"), 10),
                planted(
                                AnyMessageResetsTheTimer.class,
                                Role.class,
                                namedOneOf("onProposal", "onQuery", "onPreVote", "onRequestVote", "onReadIndex"),
                                10)
                        .foundAt(4),
                aboutLeases(LeaseWithoutDriftBound.class, RaftSettings.class, named("lease"), 10),
                aboutLeases(LeaseUntilCheckQuorum.class, HeartbeatRounds.class, named("leaseNanosLeft"), 10),
                aboutLeases(LeaseCountedFromTheAnswer.class, HeartbeatRounds.class, named("confirm"), 10),
                aboutLeases(LeaseKeptOverATransfer.class, HeartbeatRounds.class, named("mayBeSucceeded"), 10),
                aboutLeases(RestartFreesTheVoter.class, RaftServer.class, isConstructor(), 20)
                        .foundAt(3),
                planted(WitnessStands.class, RaftServer.class, named("mayStand"), 10),
                Planted.advised(
                        WitnessRunsAhead.class, Replication.class, named("forWitnesses"), WitnessFaults.class, 10));
    }

    // -- elections

    /** §5.2: one vote a term, first come first served. Here whoever asks gets one. */
    static final class VotesTwiceInATerm {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = true;
        }
    }

    /** Figure 2: votedFor is persistent. akka-raft #56, "Nodes should not forget who they voted for". */
    static final class ForgetsToPersistTheVote {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) HardState hardState) {
            hardState = new HardState(hardState.term(), Optional.empty());
        }
    }

    /** akka-raft #62: an actor restarted by its supervisor began with its fields as new, votedFor among them. */
    static final class RestartWipesTheVote {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue("log") LogView log, @Advice.Return(readOnly = false) HardState recovered) {
            recovered = new HardState(log.last().term(), Optional.empty());
        }
    }

    /**
     * Two leaders in one term, camunda #1068 and #5356: the vote was forgotten not only with the term, but whenever
     * another leader, or none, became known.
     */
    static final class NewLeaderWipesTheVote {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.Argument(0) Optional<String> newLeader,
                @Advice.FieldValue("leader") Optional<String> leader,
                @Advice.FieldValue(value = "hardState", readOnly = false) HardState hardState) {
            if (!newLeader.equals(leader)) {
                hardState = new HardState(hardState.term(), Optional.empty());
            }
        }
    }

    /** A grant that was given in an earlier term, and comes late, is counted in this one: as in akka-raft #45. */
    static final class CountsStaleVotes {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Candidate self, @Advice.Argument(value = 0, readOnly = false) VoteReply reply) {
            if (reply.term() < self.server.term()) {
                reply = new VoteReply(self.server.term(), reply.from(), reply.granted());
            }
        }
    }

    /** n / 2 instead of n / 2 + 1: two of five decide. */
    static final class MajorityOffByOne {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int quorum) {
            quorum = quorum - 1;
        }
    }

    // -- the log

    /** Figure 8: an entry of an earlier term on a majority may still be overwritten. */
    static final class CommitsAnEarlierTermByCounting {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.This Leader self,
                @Advice.FieldValue("ended") boolean ended,
                @Advice.FieldValue("proposals") Proposals proposals) {
            if (!ended) {
                Wrong.commitByCounting(self, proposals);
            }
        }
    }

    /** Figure 2, AppendEntries rule 5: a follower commits what it has, and not only what its leader has committed. */
    static final class AppliesBeforeCommit {
        @Advice.OnMethodExit
        static void exit(@Advice.This Follower self, @Advice.Argument(1) LogMatching.Match match) {
            self.server.commitTo(match.matchIndex(), List.of());
        }
    }

    /** §5.3, Log Matching: only where the follower has the very entry that is committed, both logs are the same until there. */
    static final class CommitsAnotherEntry {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.This Follower self, @Advice.Argument(value = 0, readOnly = false) LogPosition committed) {
            long index = Math.min(committed.index(), self.server.log().lastIndex());
            committed = new LogPosition(index, self.server.log().termAt(index));
        }
    }

    /** That an index is committed says nothing of what a follower has there that no leader of this term has compared. */
    static final class BelievesAnswersOfAnyLog {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.This Follower self,
                @Advice.FieldValue(value = "matchedThrough", readOnly = false) long matched) {
            matched = self.server.log().lastIndex();
        }
    }

    /** Figure 2, AppendEntries rule 2: the term at prevLogIndex is not looked at, so no conflict is ever found. */
    static final class SkipsTheConsistencyCheck {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) LogView log,
                @Advice.Argument(1) LogPosition previous,
                @Advice.Argument(2) LogSlice entries,
                @Advice.Return(readOnly = false) LogMatching.Decision decision) {
            if (decision instanceof LogMatching.Mismatch && previous.index() <= log.lastIndex()) {
                decision = new LogMatching.Match(entries, previous.index() + entries.size());
            }
        }
    }

    /** Figure 2, AppendEntries rule 3: the log is cut after prevLogIndex although nothing conflicts there. */
    static final class TruncatesOnAStaleAppend {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) LogView log,
                @Advice.Argument(2) LogSlice entries,
                @Advice.Return(readOnly = false) LogMatching.Decision decision) {
            if (decision instanceof LogMatching.Match match) {
                LogSlice all = entries.startingAt(log.base().index() + 1);
                decision = new LogMatching.Match(all, match.matchIndex());
            }
        }
    }

    // -- the disk

    /** Figure 2: persistent state is updated on stable storage before responding. Here it is told before it is so. */
    static final class AcknowledgesBeforeTheSync {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("replica") ActorRef<Replica.Message> replica, @Advice.Argument(1) long ticket) {
            replica.tell(new WriteAheadLog.Stored(ticket));
        }
    }

    /** Thesis §10.2.1: a leader may write beside its followers, but counts itself only when it has. */
    static final class LeaderCountsItselfBeforeTheSync {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Leader self,
                @Advice.Argument(0) String node,
                @Advice.Return(readOnly = false) long index) {
            if (node.equals(self.server.node)) {
                index = self.server.log().lastIndex();
            }
        }
    }

    // -- clients

    /** §8: a leader that was deposed without knowing answers from its old state. */
    static final class ReadsWithoutReadIndex {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean confirmed) {
            confirmed = true;
        }
    }

    /** Thesis §6.4: a follower that asks confirms its leader together with a quorum. Here alone. */
    static final class WhoAsksIsEnough {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean confirmed) {
            confirmed = true;
        }
    }

    /** Thesis §6.3: the sessions are part of the state, also of that in a snapshot. */
    static final class SnapshotsWithoutSessions {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) Sessions sessions) {
            sessions = new Sessions();
        }
    }

    /** Figure 2, "Followers": only a leader, or a granted vote, makes a follower wait anew. */
    static final class AnyMessageResetsTheTimer {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Role self) {
            self.voteGranted();
        }
    }

    // -- leases

    /** Thesis §6.4.1: the leader's clock may be slower than those of its followers. */
    static final class LeaseWithoutDriftBound {
        @Advice.OnMethodExit
        static void exit(@Advice.This RaftSettings self, @Advice.Return(readOnly = false) Duration lease) {
            lease = self.tick().multipliedBy(self.electionTicks() - 1);
        }
    }

    /**
     * Thesis §6.2 instead of §6.4.1, as in etcd's ReadOnlyLeaseBased: a leader that has not noticed yet, because it was paused
     * or counts from when it looked last, answers from its old state (etcd #20418).
     */
    static final class LeaseUntilCheckQuorum {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long nanosLeft) {
            nanosLeft = 1;
        }
    }

    /** Thesis §6.4.1: followers count from when they heard the leader, which is before it hears them. */
    static final class LeaseCountedFromTheAnswer {
        @Advice.OnMethodEnter
        static long enter(@Advice.FieldValue("confirmed") HeartbeatRounds.Round confirmed) {
            return confirmed.number();
        }

        @Advice.OnMethodExit
        static void exit(
                @Advice.Enter long before,
                @Advice.FieldValue("server") RaftServer server,
                @Advice.FieldValue(value = "confirmed", readOnly = false) HeartbeatRounds.Round confirmed) {
            if (confirmed.number() > before) {
                confirmed = new HeartbeatRounds.Round(
                        confirmed.number(), server.nanoTime(), confirmed.configurationIndex());
            }
        }
    }

    /** Thesis §3.10 and §6.4.1: who is told to stand is voted for at once. */
    static final class LeaseKeptOverATransfer {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = false;
        }
    }

    /** Thesis §6.4.1: the lease rests on what its voters remember, which is not on disk. */
    static final class RestartFreesTheVoter {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue(value = "ticksPledged", readOnly = false) int ticks) {
            ticks = 0;
        }
    }

    // -- witnesses

    /** Pâris 1986: a witness has no data, so it cannot be the one that others copy from. */
    static final class WitnessStands {
        @Advice.OnMethodExit
        static void exit(@Advice.This RaftServer self, @Advice.Return(readOnly = false) boolean may) {
            may = may || (self.isWitness() && self.configuration().isVoter(self.node));
        }
    }

    /** Lamport and Massa 2004: it must not know of what nobody else alive has, or it votes for nobody any more. */
    static final class WitnessRunsAhead {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue("server") RaftServer server, @Advice.Return(readOnly = false) LogView log) {
            log = server.log();
        }
    }

    /** What is too long to be inlined. */
    static final class Wrong {

        private Wrong() {}

        static void commitByCounting(Leader leader, Proposals proposals) {
            RaftServer server = leader.server;
            long index = server.configuration().indexOnQuorum(leader::durableIndexOf);
            if (server.log().termAt(index) < server.term()) {
                server.commitTo(index, proposals.committedThrough(index));
            }
        }
    }
}
