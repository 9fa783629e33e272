package io.troupe.etcd.mvcc;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.etcd.members.Roster;
import io.troupe.sim.mutants.Mutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic bugs of how members are stored. */
public final class RosterMutants {

    private RosterMutants() {}

    public static List<Mutant> all() {
        return List.of(Mutant.advised(SnapshotForgetsTheMembers.class, RosterSnapshot.class, named("read"))
                .within(20));
    }

    /** A replica that begins from a snapshot knows no members. */
    static final class SnapshotForgetsTheMembers {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Roster roster) {
            roster = Roster.EMPTY;
        }
    }
}
