package io.troupe.etcd.members;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.etcd.jetcd.api.Member;
import io.troupe.etcd.mvcc.RosterMutants;
import io.troupe.sim.mutants.Mutant;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic bugs of membership. */
public final class MemberMutants {

    private MemberMutants() {}

    public static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>(RosterMutants.all());
        all.add(Mutant.advised(EveryMemberVotes.class, Alignment.class, named("forMember"))
                .within(20)
                .foundAt(5));
        all.add(Mutant.advised(ForgetsWhoWasRemoved.class, Roster.class, named("isRemoved"))
                .within(20)
                .foundAt(3));
        return all;
    }

    /** A member that is to learn only is brought to vote like any other. */
    static final class EveryMemberVotes {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) Member member) {
            member = member.toBuilder().setIsLearner(false).build();
        }
    }

    /** A node that still belongs to the group is taken for one that the cluster was set up with. */
    static final class ForgetsWhoWasRemoved {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean removed) {
            removed = false;
        }
    }
}
