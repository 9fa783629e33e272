package io.troupe.raft;

import static io.troupe.raft.Mutants.planted;
import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.replication.Proposals;
import io.troupe.replication.Replica;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import net.bytebuddy.asm.Advice;

/** Classic bugs of changes of membership and of leadership transfers, planted as {@link Mutants} are. */
final class MembershipMutants {

    private MembershipMutants() {}

    static List<Planted> all() {
        return List.of(
                planted(DropsTheJointPhase.class, ConfigurationChange.class, named("apply"), 20)
                        .foundAt(5),
                planted(ChangesWhileAChangeIsUncommitted.class, RaftServer.class, named("isConfigurationCommitted"), 80)
                        .foundAt(12),
                planted(ChangesBeforeItsTermHasCommitted.class, Reconfiguration.class, named("begin"), 200)
                        .foundAt(60),
                planted(CountsVotesOfAnybody.class, Configuration.class, named("isQuorum"), 40)
                        .foundAt(14),
                planted(CountsLearners.class, Configuration.class, named("indexOnQuorum"), 120)
                        .foundAt(7),
                planted(RemovedLeaderCountsItself.class, Leader.class, named("advanceCommitIndex"), 50)
                        .foundAt(15),
                planted(KeepsATruncatedConfiguration.class, ConfigurationHistory.class, named("truncatedFrom"), 150)
                        .foundAt(72),
                planted(SnapshotsWithTheLatestConfiguration.class, RaftServer.class, named("configurationAt"), 40)
                        .foundAt(30),
                planted(PromotesALearnerEarly.class, Replication.class, named("hasCaughtUp"), 200)
                        .foundAt(14),
                planted(TakesProposalsDuringATransfer.class, Leader.class, named("takesProposals"), 20),
                planted(TransfersToWhoIsBehind.class, Leader.class, named("hasWholeLog"), 20)
                        .foundAt(10));
    }

    // -- membership

    /** §6: from one majority straight to another that has nobody in common with it. */
    static final class DropsTheJointPhase {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) ConfigurationChange.Result result) {
            if (result instanceof ConfigurationChange.Next next) {
                result = new ConfigurationChange.Next(next.configuration().withoutOutgoing());
            }
        }
    }

    /** Thesis §4.1: one change at a time. Here an entry is taken for committed when it is appended. */
    static final class ChangesWhileAChangeIsUncommitted {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean committed) {
            committed = true;
        }
    }

    /** The bug in thesis §4.1 that its author announced on raft-dev in 2015: two leaders, each with a change of its own. */
    static final class ChangesBeforeItsTermHasCommitted {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Reconfiguration self,
                @Advice.FieldValue("server") RaftServer server,
                @Advice.Argument(0) Replica.Reconfigure request,
                @Advice.Return(readOnly = false) boolean begun) {
            begun = begun || Wrong.beginEarly(self, server, request);
        }
    }

    /** §6: a majority of the members, and not of whoever answers: the removed, learners, half of a joint configuration. */
    static final class CountsVotesOfAnybody {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Configuration self,
                @Advice.Argument(0) Set<String> nodes,
                @Advice.Return(readOnly = false) boolean quorum) {
            quorum = nodes.size() > self.voters().size() / 2;
        }
    }

    /** Thesis §4.2.1: a learner's copy does not count. */
    static final class CountsLearners {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Configuration self,
                @Advice.Argument(0) ToLongFunction<String> matchIndex,
                @Advice.Return(readOnly = false) long index) {
            index = Wrong.withLearners(self, matchIndex);
        }
    }

    /** §6: a leader that is not part of C_new does not count itself in majorities. */
    static final class RemovedLeaderCountsItself {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.This Leader self,
                @Advice.FieldValue("ended") boolean ended,
                @Advice.FieldValue("proposals") Proposals proposals) {
            if (!ended) {
                Wrong.commitCountingItself(self, proposals);
            }
        }
    }

    /** Thesis §4.1: a server falls back to the configuration before when the latest is removed from its log. */
    static final class KeepsATruncatedConfiguration {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    /** §7: a snapshot carries the latest configuration as of its last entry, and not what was appended since. */
    static final class SnapshotsWithTheLatestConfiguration {
        @Advice.OnMethodExit
        static void exit(@Advice.This RaftServer self, @Advice.Return(readOnly = false) Configuration configuration) {
            configuration = self.configuration();
        }
    }

    /** Thesis §4.2.1: a learner is promoted when it has caught up. Here it need not. */
    static final class PromotesALearnerEarly {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean done) {
            done = true;
        }
    }

    // -- leadership transfer

    /** Thesis §3.10: the prior leader stops accepting new client requests. Here the target never catches up with it. */
    static final class TakesProposalsDuringATransfer {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean takes) {
            takes = true;
        }
    }

    /** Thesis §3.10: the target's log is brought up to date before it is told to stand; else it need not win. */
    static final class TransfersToWhoIsBehind {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean has) {
            has = true;
        }
    }

    /** What is too long to be inlined. */
    static final class Wrong {

        private Wrong() {}

        static boolean beginEarly(Reconfiguration reconfiguration, RaftServer server, Replica.Reconfigure request) {
            var next = ConfigurationChange.apply(server.configuration(), request.changes());
            boolean early = !server.hasCommittedInTerm()
                    && server.isConfigurationCommitted()
                    && !server.configuration().isJoint();
            if (early && next instanceof ConfigurationChange.Next appended) {
                reconfiguration.append(appended.configuration());
                return true;
            }
            return false;
        }

        static long withLearners(Configuration configuration, ToLongFunction<String> matchIndex) {
            TreeSet<String> all = new TreeSet<>(configuration.voters());
            all.addAll(configuration.learners());
            long index = new Majority(all).indexOnQuorum(matchIndex);
            return configuration.isJoint()
                    ? Math.min(index, new Majority(configuration.outgoing()).indexOnQuorum(matchIndex))
                    : index;
        }

        static void commitCountingItself(Leader leader, Proposals proposals) {
            RaftServer server = leader.server;
            TreeSet<String> all = new TreeSet<>(server.configuration().voters());
            if (all.add(server.node) && !server.configuration().isJoint()) {
                long index = new Majority(all).indexOnQuorum(leader::durableIndexOf);
                if (server.log().termAt(index) == server.term()) {
                    server.commitTo(index, proposals.committedThrough(index));
                }
            }
        }
    }
}
