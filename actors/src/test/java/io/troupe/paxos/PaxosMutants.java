package io.troupe.paxos;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.replication.WriteAheadLog;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.bytebuddy.asm.Advice;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Classic bugs of Multi-Paxos, each planted alone into otherwise unchanged bytes: what is written here is inlined at the
 * beginning or the end of the method named. The simulation is worth what it finds of them.
 */
final class PaxosMutants {

    private PaxosMutants() {}

    private static Planted planted(Class<?> bug, Class<?> type, String method, int seeds) {
        return Planted.advised(bug, type, named(method), PaxosFaults.class, seeds);
    }

    private static Planted aboutParts(Class<?> bug, Class<?> type, String method, int seeds) {
        return Planted.advised(bug, type, named(method), PromisesInParts.class, seeds);
    }

    static List<Planted> all() {
        return List.of(
                planted(AcceptsBelowItsPromise.class, Pledge.class, "mayAccept", 20),
                planted(PromisesBelowItsPromise.class, Pledge.class, "mayPromise", 20),
                planted(ForgetsItsPromiseInACrash.class, Ledger.class, "recover", 20),
                planted(AnswersBeforeTheSync.class, WriteAheadLog.class, "store", 20)
                        .foundAt(2),
                planted(ChoosesItsOwnValue.class, Phase1.class, "mustPropose", 20),
                planted(TakesTheLowestVote.class, Phase1.class, "higher", 600).foundAt(360),
                aboutParts(TakesAPartForThePromise.class, Phase1.Told.class, "isAll", 60)
                        .foundAt(13),
                planted(ReusesABallot.class, PaxosServer.class, "nextBallot", 20),
                planted(QuorumOffByOne.class, Quorums.class, "isPhase2", 20),
                planted(ExecutesAboveAGap.class, OpenInstances.class, "isChosen", 20)
                        .foundAt(4),
                planted(ProposesBeyondTheWindow.class, Proposing.class, "mayPropose", 20),
                planted(IgnoresAlpha.class, Memberships.class, "decided", 40).foundAt(19),
                planted(CountsByItsOwnWindow.class, Memberships.class, "decided", 200)
                        .foundAt(67),
                planted(PromotesALearnerEarly.class, Reconfiguration.class, "hasCaughtUp", 120)
                        .foundAt(50),
                planted(PromisesInSpiteOfALease.class, GrantedLease.class, "isHeldAgainst", 100)
                        .foundAt(18),
                planted(KeepsItsLeaseForEver.class, MasterLease.class, "isHeld", 60),
                planted(ReadsWithoutARound.class, ConfirmedReads.class, "begin", 200)
                        .foundAt(47),
                planted(LeavesSessionsOutOfSnapshots.class, ReplicatedService.class, "write", 20),
                planted(VotesAgainAtOnceAfterALoss.class, Pledge.class, "withToken", 100),
                planted(TakesALossForTheFirstDay.class, PaxosReplica.Identity.class, "hasLostData", 20)
                        .foundAt(1));
    }

    // -- acceptors

    /** Paxos Made Simple, §2.2, P1a. */
    static final class AcceptsBelowItsPromise {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = true;
        }
    }

    /** Paxos Made Simple, §2.2, phase 1(b). */
    static final class PromisesBelowItsPromise {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = true;
        }
    }

    /** Paxos Made Simple, §2.5: votes are read back, and the promise is not. */
    static final class ForgetsItsPromiseInACrash {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue(value = "pledge", readOnly = false) Pledge pledge) {
            pledge = new Pledge(Ballot.NONE, pledge.chosenThrough(), pledge.token());
        }
    }

    /** Paxos Made Simple, §2.5: recorded in stable storage before it is sent. */
    static final class AnswersBeforeTheSync {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("replica") ActorRef<Replica.Message> replica, @Advice.Argument(1) long ticket) {
            replica.tell(new WriteAheadLog.Stored(ticket));
        }
    }

    // -- proposers

    /** Paxos Made Simple, §2.2, P2c: what the promises say is not listened to. */
    static final class ChoosesItsOwnValue {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<Decree> bound) {
            bound = Optional.empty();
        }
    }

    /** Paxos Made Simple, §2.2, P2c: of the highest ballot, and not of any. */
    static final class TakesTheLowestVote {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) Vote one,
                @Advice.Argument(1) Vote other,
                @Advice.Return(readOnly = false) Vote taken) {
            taken = other.ballot().isAfter(one.ballot()) ? one : other;
        }
    }

    /** Paxos Made Simple, §3: the first part of a promise that comes is counted, whatever the others tell. */
    static final class TakesAPartForThePromise {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean all) {
            all = true;
        }
    }

    /** Paxos Made Simple, §2.5: the number to begin with is thought of anew in each life. */
    static final class ReusesABallot {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This PaxosServer self,
                @Advice.FieldValue("highestSeen") Ballot highestSeen,
                @Advice.Return(readOnly = false) Ballot next) {
            next = new Ballot(highestSeen.round() + 1, self.node);
        }
    }

    /** One acceptor less than a quorum. */
    static final class QuorumOffByOne {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Quorums self,
                @Advice.Argument(0) Set<String> nodes,
                @Advice.Return(readOnly = false) boolean quorum) {
            quorum = quorum || (!nodes.isEmpty() && nodes.size() >= self.phase2() - 1);
        }
    }

    /** Paxos Made Simple, §3: a command is executed when all before it are. Here a later one that is chosen is enough. */
    static final class ExecutesAboveAGap {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) OpenInstances.Run run,
                @Advice.Argument(1) Memberships memberships,
                @Advice.FieldValue("runs") TreeMap<Long, OpenInstances.Run> runs,
                @Advice.Return(readOnly = false) boolean chosen) {
            chosen = chosen || Wrong.isLaterChosen(run, memberships, runs);
        }
    }

    /** Paxos Made Simple, §3: at most α ahead. */
    static final class ProposesBeyondTheWindow {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("server") PaxosServer server,
                @Advice.Argument(0) Phase1 phase1,
                @Advice.Argument(1) long instance,
                @Advice.Return(readOnly = false) boolean may) {
            may = may
                    || (instance > phase1.chosenThrough()
                            && instance < server.chosenThrough() + 100
                            && phase1.isComplete(server.memberships().at(instance)));
        }
    }

    /** Paxos Made Simple, §3: decided by i, in force from i + α. Here at once, while instances are open. */
    static final class IgnoresAlpha {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.Argument(0) long instance,
                @Advice.Argument(1) Membership membership,
                @Advice.FieldValue("from") TreeMap<Long, Membership> from) {
            from.put(instance + 1, membership);
            return true;
        }
    }

    /** Who joins takes the window that its node founds groups with for α. */
    static final class CountsByItsOwnWindow {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.This Memberships self,
                @Advice.Argument(0) long instance,
                @Advice.Argument(1) Membership membership,
                @Advice.FieldValue("from") TreeMap<Long, Membership> from,
                @Advice.FieldValue(value = "foundThrough", readOnly = false) long foundThrough) {
            from.put(instance + self.at(instance).window(), membership);
            foundThrough = 0;
            return true;
        }
    }

    /** As in Raft (thesis §4.2.1), a learner is promoted when it has caught up. Here it need not. */
    static final class PromotesALearnerEarly {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean done) {
            done = true;
        }
    }

    // -- masters

    /** Paxos Made Live, §5.2: an acceptor forgets that it has granted a lease. */
    static final class PromisesInSpiteOfALease {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean held) {
            held = false;
        }
    }

    /** Paxos Made Live, §5.2: a lease ends by the clock, also where nobody says that it has ended. */
    static final class KeepsItsLeaseForEver {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("confirmed") long confirmed, @Advice.Return(readOnly = false) boolean held) {
            held = confirmed > 0;
        }
    }

    /** A master that was deposed without knowing answers from its old state. */
    static final class ReadsWithoutARound {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue(value = "round", readOnly = false) long round,
                @Advice.This ConfirmedReads self,
                @Advice.Return boolean begun) {
            if (begun) {
                round = 0;
                self.onConfirmed();
            }
        }
    }

    /** Sessions are part of the state, also of that in a snapshot. */
    static final class LeavesSessionsOutOfSnapshots {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) Sessions sessions) {
            sessions = new Sessions();
        }
    }

    // -- disks

    /** Paxos Made Live, §5.1: a replica whose disk has lost what it held counts as if nothing had happened. */
    static final class VotesAgainAtOnceAfterALoss {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Pledge pledge) {
            pledge = new Pledge(pledge.promised(), pledge.chosenThrough(), 0);
        }
    }

    /** Nothing tells an empty directory from a new one but the operator, who is not listened to. */
    static final class TakesALossForTheFirstDay {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean lost) {
            lost = false;
        }
    }

    /** What is too long to be inlined. */
    static final class Wrong {

        private Wrong() {}

        static boolean isLaterChosen(
                OpenInstances.Run run, Memberships memberships, TreeMap<Long, OpenInstances.Run> runs) {
            return runs.tailMap(run.decrees.first()).entrySet().stream()
                    .anyMatch(later -> memberships.at(later.getKey()).quorums().isPhase2(later.getValue().voted));
        }
    }
}
