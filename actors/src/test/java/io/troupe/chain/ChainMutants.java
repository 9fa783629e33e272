package io.troupe.chain;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import net.bytebuddy.asm.Advice;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Bugs of chain replication, each planted alone into otherwise unchanged bytes: what is written here is inlined at the
 * beginning or the end of the method named. The simulation is worth what it finds of them. Some were made while the engine was
 * built, and were found so.
 */
final class ChainMutants {

    private ChainMutants() {}

    private static Planted planted(Class<?> bug, Class<?> type, String method, int seeds) {
        return Planted.advised(bug, type, named(method), ChainFaults.class, seeds);
    }

    private static Planted aboutLeases(Class<?> bug, Class<?> type, String method, int seeds) {
        return Planted.advised(bug, type, named(method), ChainLeases.class, seeds);
    }

    /** Tried at every build: they are found soon. */
    static List<Planted> first() {
        return List.of(
                planted(AcknowledgesForItsSuccessor.class, Downstream.class, "acknowledged", 20)
                        .foundAt(7),
                planted(OldTailAnswersWithoutAsking.class, Queries.class, "ask", 40),
                planted(TakesMessagesOfOldEpochs.class, Epochs.class, "isActiveIn", 100),
                planted(AnswersBeforeTheSync.class, WriteAheadLog.class, "store", 100)
                        .foundAt(5),
                planted(AppliesWhatItHas.class, ChainServer.class, "followStable", 100),
                planted(ResendsNothing.class, Link.class, "connect", 100),
                planted(KeepsWhatWasNeverAcknowledged.class, Epochs.class, "enter", 100),
                planted(AgreesByIndexAlone.class, History.class, "agreedWith", 100),
                planted(ForgetsItsEpochInACrash.class, ChainLog.Recovery.class, "result", 100),
                planted(JoinerServesBeforeItHasTheHistory.class, Downstream.class, "hasBroughtUp", 100),
                planted(TailTrustsThoseAbove.class, Upstream.class, "durableAbove", 100),
                planted(SaysDurableWhatIsNot.class, ChainServer.class, "durableFromHead", 100),
                planted(ComesBackInItsEpoch.class, Epochs.class, "isActive", 100)
                        .foundAt(5),
                planted(ReadsAsFarAsItHasCome.class, Queries.class, "endRoundIfConfirmed", 100),
                planted(TakesAnAnswerFromBeforeASnapshot.class, Upstream.class, "onInstalled", 100)
                        .foundAt(3),
                planted(AdmitsWhoIsNoMember.class, Configuration.class, "mayJoin", 100)
                        .foundAt(16),
                planted(TakesALearnerForAVoter.class, Configuration.class, "mayForm", 100)
                        .foundAt(15),
                planted(KeepsWhoWasRemoved.class, Configuration.class, "ofMembers", 100)
                        .foundAt(13),
                planted(TakesItsHostsWordForTheFounders.class, Master.class, "found", 100)
                        .foundAt(3),
                aboutLeases(KeepsItsLeaseForEver.class, Queries.class, "holdsLease", 20)
                        .foundAt(1),
                aboutLeases(LeavesTheHolderOfALease.class, GrantedLease.class, "isHeldAgainst", 20)
                        .foundAt(1),
                aboutLeases(GrantsOneLeaseAlone.class, GrantedLease.class, "grant", 100)
                        .foundAt(12));
    }

    /** Tried when asked to. */
    static List<Planted> others() {
        return List.of(
                planted(MasterActsOnWhatIsLate.class, MasterCommand.class, "applyTo", 400)
                        .foundAt(112),
                planted(AcknowledgesWithoutWhoJoins.class, Downstream.class, "hasBroughtUp", 200),
                planted(NewTailAnswersAtOnce.class, Upstream.class, "floor", 400),
                planted(LetsTheLastOneGo.class, Configuration.class, "staying", 400)
                        .foundAt(87),
                planted(NewTailConfirmsAtOnce.class, Queries.class, "hasComeToItsFloor", 2_000));
    }

    // -- updates (§3)

    /** What it has is acknowledged, whatever the successor has: acknowledgements do not travel along the chain. */
    static final class AcknowledgesForItsSuccessor {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("server") ChainServer server, @Advice.Return(readOnly = false) long acknowledged) {
            acknowledged = server.durable();
        }
    }

    /** Forwards, acknowledges, and as tail answers, what is on its way to the disk. The master's log is as it should be. */
    static final class AnswersBeforeTheSync {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("persistenceId") String persistenceId,
                @Advice.FieldValue("replica") ActorRef<Replica.Message> replica,
                @Advice.Argument(1) long ticket) {
            if (persistenceId.startsWith("chain-")) {
                replica.tell(new WriteAheadLog.Stored(ticket));
            }
        }
    }

    /** What the tail has on its disk it takes for stable: those above, which sent it, may not have it on theirs. */
    static final class TailTrustsThoseAbove {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long above) {
            above = Long.MAX_VALUE;
        }
    }

    /** What it sends on it says to be on its disk. */
    static final class SaysDurableWhatIsNot {
        @Advice.OnMethodExit
        static void exit(@Advice.This ChainServer self, @Advice.Return(readOnly = false) long durable) {
            durable = self.history().lastIndex();
        }
    }

    /** Applies updates when they come, and not when they are acknowledged: what a new epoch drops was applied. */
    static final class AppliesWhatItHas {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) long known) {
            known = Long.MAX_VALUE;
        }
    }

    // -- failures (§3)

    /** The fence of epochs: a message of another one is taken, too. */
    static final class TakesMessagesOfOldEpochs {
        @Advice.OnMethodExit
        static void exit(@Advice.This Epochs self, @Advice.Return(readOnly = false) boolean active) {
            active = self.isActive();
        }
    }

    /** §3, message 4: Sent is not sent to the new successor. */
    static final class ResendsNothing {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("server") ChainServer server,
                @Advice.Argument(value = 0, readOnly = false) long agreed) {
            agreed = server.history().lastIndex();
        }
    }

    /** What a failed head had sent here and nobody else has stays in the history. */
    static final class KeepsWhatWasNeverAcknowledged {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("server") ChainServer server,
                @Advice.Argument(value = 0, readOnly = false) long kept) {
            kept = server.history().lastIndex();
        }
    }

    /** Two histories of one length are taken for the same. */
    static final class AgreesByIndexAlone {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This History self,
                @Advice.Argument(1) List<Position> ends,
                @Advice.Return(readOnly = false) long agreed) {
            if (!ends.isEmpty()) {
                agreed = Math.min(ends.get(ends.size() - 1).index(), self.lastIndex());
            }
        }
    }

    /** Which epoch it acts in is not read back. */
    static final class ForgetsItsEpochInACrash {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue(value = "configuration", readOnly = false) Optional<Configuration> configuration) {
            configuration = Optional.empty();
        }
    }

    /** A server that crashed goes on in its epoch, with less than it may have sent. */
    static final class ComesBackInItsEpoch {
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue(value = "lapsed", readOnly = false) boolean lapsed) {
            lapsed = false;
        }
    }

    /** The master acts on what was asked in another epoch. */
    static final class MasterActsOnWhatIsLate {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This MasterCommand self,
                @Advice.Argument(0) Configuration now,
                @Advice.Return(readOnly = false) Configuration next) {
            next = Wrong.applied(self, now);
        }
    }

    // -- extending the chain (§3)

    /** Who joins is the tail at once. */
    static final class JoinerServesBeforeItHasTheHistory {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean broughtUp) {
            broughtUp = true;
        }
    }

    /** The tail acknowledges without the server that is about to take its place. */
    static final class AcknowledgesWithoutWhoJoins {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue(value = "extending", readOnly = false) boolean extending) {
            extending = false;
        }
    }

    /** The predecessor says what both have, of what was here before a snapshot took its place. */
    static final class TakesAnAnswerFromBeforeASnapshot {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    // -- members

    /** Who was removed from the group, or never belonged to it, joins. */
    static final class AdmitsWhoIsNoMember {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = true;
        }
    }

    /** Who is brought up forms the chain, whether it is to or not. */
    static final class TakesALearnerForAVoter {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Configuration self,
                @Advice.Argument(0) String node,
                @Advice.Return(readOnly = false) boolean may) {
            may = may || self.members().orElseThrow().learners().contains(node);
        }
    }

    /** The members change, and the chain stays as it is. */
    static final class KeepsWhoWasRemoved {
        @Advice.OnMethodExit
        static void exit(@Advice.This Configuration self, @Advice.Return(readOnly = false) Configuration next) {
            next = new Configuration(next.epoch(), self.chain(), next.joining(), next.members());
        }
    }

    /** What the log says of the founders is not heeded, but what each node was hosted with. */
    static final class TakesItsHostsWordForTheFounders {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) List<String> founders) {
            founders = List.of();
        }
    }

    /** The only servers with the state are removed, and others form the chain, which have none. */
    static final class LetsTheLastOneGo {
        @Advice.OnMethodExit
        static void exit(@Advice.This Configuration self, @Advice.Return(readOnly = false) List<String> staying) {
            if (!self.mayForm(staying.get(0))) {
                staying = List.copyOf(self.members().orElseThrow().voters());
            }
        }
    }

    // -- queries

    /** A tail that was left out without knowing answers from its old state. */
    static final class OldTailAnswersWithoutAsking {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue("unconfirmed") TreeSet<String> unconfirmed) {
            unconfirmed.clear();
        }
    }

    /** A new tail has not come as far as the old one, and answers. */
    static final class NewTailAnswersAtOnce {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<Long> floor) {
            floor = Optional.of(0L);
        }
    }

    /** A new tail says how far it has come before it has come as far as the old one. */
    static final class NewTailConfirmsAtOnce {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean come) {
            come = true;
        }
    }

    /** A server that is not the tail answers by what it knows itself to be acknowledged. */
    static final class ReadsAsFarAsItHasCome {
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue(value = "stableElsewhere", readOnly = false) long stableElsewhere) {
            stableElsewhere = 0;
        }
    }

    // -- leases

    /** However long ago it was granted. */
    static final class KeepsItsLeaseForEver {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue("nanoClock") LongSupplier nanoClock,
                @Advice.FieldValue(value = "heldFromNanos", readOnly = false) long heldFromNanos) {
            heldFromNanos = nanoClock.getAsLong();
        }
    }

    /** Goes on to a chain without it. */
    static final class LeavesTheHolderOfALease {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean held) {
            held = false;
        }
    }

    /** The lease of who was the head before ends when the next one is granted. */
    static final class GrantsOneLeaseAlone {
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue("endNanos") TreeMap<String, Long> endNanos) {
            endNanos.clear();
        }
    }

    /** What cannot be inlined. */
    static final class Wrong {

        private Wrong() {}

        static Configuration applied(MasterCommand command, Configuration now) {
            return switch (command.kind()) {
                case REMOVE -> now.without(command.server());
                case JOIN -> now.withJoining(command.server());
                case EXTEND -> now.extendedBy(command.server());
                case RENEW -> now.renewedFor(command.server());
                case LEAD -> now.ledBy(command.server());
                case FOUND -> now;
            };
        }
    }
}
