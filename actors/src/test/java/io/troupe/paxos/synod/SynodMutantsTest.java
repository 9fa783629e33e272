package io.troupe.paxos.synod;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Classic bugs of single-decree Paxos, each planted alone, are found by {@link SynodFaults} within their seeds. */
@QuietLogs
class SynodMutantsTest {

    private static final MutantHunt HUNT = new MutantHunt(SynodFaults.class, ConfigFactory.empty());

    private static Mutant planted(Class<?> bug, Class<?> type, String method, int seeds) {
        return Mutant.advised(bug, type, named(method)).within(seeds);
    }

    static List<Mutant> mutants() {
        return List.of(
                planted(AcceptsBelowItsPromise.class, AcceptorState.class, "mayAccept", 200)
                        .foundAt(4),
                planted(ProposesItsOwnValueAlways.class, Proposer.class, "higher", 50),
                planted(ProposesTheLowestValue.class, Proposer.class, "higher", 400)
                        .foundAt(26),
                planted(QuorumOffByOne.class, Quorums.class, "isPhase2", 50),
                planted(CountsAcceptancesOfAnyBallot.class, Learner.class, "onAccepted", 200)
                        .foundAt(4));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant);
    }

    @Test
    void withoutAMutantTheSameSeedsFindNothing() throws Exception {
        assertThat(HUNT.seedThatFinds(Optional.empty(), 20)).isEmpty();
    }

    /** §2.2, P1a, the other half: a promise is kept when it comes to accepting. */
    static final class AcceptsBelowItsPromise {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean may) {
            may = true;
        }
    }

    /** §2.2, P2c. */
    static final class ProposesItsOwnValueAlways {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<Proposal> highest) {
            highest = Optional.empty();
        }
    }

    /** §2.2, P2c: of the highest-numbered proposal, and not of any. */
    static final class ProposesTheLowestValue {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) Optional<Proposal> one,
                @Advice.Argument(1) Optional<Proposal> other,
                @Advice.Return(readOnly = false) Optional<Proposal> highest) {
            highest = one.isEmpty() ? other : one;
        }
    }

    /** Two acceptors of three are a quorum, and not one. */
    static final class QuorumOffByOne {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) Set<String> nodes, @Advice.Return(readOnly = false) boolean quorum) {
            quorum = !nodes.isEmpty();
        }
    }

    /** §2.3: a proposal is chosen, and not a number of acceptances. */
    static final class CountsAcceptancesOfAnyBallot {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) Learner.Accepted vote) {
            vote = new Learner.Accepted(Ballot.NONE, vote.value(), vote.acceptor());
        }
    }
}
