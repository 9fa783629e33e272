package io.troupe.etcd.mvcc;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.etcd.members.Roster;
import io.troupe.etcd.sim.EtcdMutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic bugs of how members are stored. */
public final class RosterMutants {

    private RosterMutants() {}

    public static List<EtcdMutant> all() {
        return List.of(new EtcdMutant(SnapshotForgetsTheMembers.class, RosterSnapshot.class, named("read"), 20));
    }

    /** A replica that begins from a snapshot knows no members. */
    static final class SnapshotForgetsTheMembers {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Roster roster) {
            roster = Roster.EMPTY;
        }
    }
}
