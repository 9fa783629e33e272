package io.troupe.etcd.mvcc;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.etcd.jetcd.api.Compare;
import io.troupe.etcd.EtcdError;
import io.troupe.sim.mutants.Mutant;
import java.util.List;
import java.util.Optional;
import net.bytebuddy.asm.Advice;

/** Classic bugs of the store. */
public final class StoreMutants {

    private StoreMutants() {}

    public static List<Mutant> all() {
        return List.of(
                Mutant.advised(
                                ComparesAStaleRevision.class,
                                Compares.class,
                                named("holds").and(takesArgument(0, MvccStore.class)))
                        .within(10),
                Mutant.advised(CompactionDropsALiveRevision.class, KeyHistory.class, named("compact"))
                        .within(10),
                Mutant.advised(PutsAfterTheAlarm.class, EtcdStateMachine.class, named("mayGrow"))
                        .within(40),
                Mutant.advised(SnapshotForgetsTheAlarms.class, AlarmSnapshot.class, named("read"))
                        .within(40));
    }

    /** A transaction's guards look at what was before the latest change. */
    static final class ComparesAStaleRevision {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) MvccStore store,
                @Advice.Argument(1) Compare compare,
                @Advice.Return(readOnly = false) boolean holds) {
            holds = Wrong.heldBefore(store, compare, holds);
        }
    }

    /** The value in force at the compacted revision goes with the history before it, and live keys with it. */
    static final class CompactionDropsALiveRevision {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) long revision, @Advice.Return(readOnly = false) KeyHistory kept) {
            kept = Wrong.without(kept, revision);
        }
    }

    /** The alarm is kept and told, and nothing is refused for it. */
    static final class PutsAfterTheAlarm {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<EtcdError> refusal) {
            refusal = Optional.empty();
        }
    }

    /** A replica that begins from a snapshot goes on as if none were raised. */
    static final class SnapshotForgetsTheAlarms {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Alarms alarms) {
            alarms = Alarms.NONE;
        }
    }

    /** What is too long to be inlined. */
    static final class Wrong {

        private Wrong() {}

        static boolean heldBefore(MvccStore store, Compare compare, boolean now) {
            var then = store.find(KeyRange.of(compare.getKey(), compare.getRangeEnd()), store.revision() - 1, 0, false)
                    .entries();
            return then.isEmpty() ? now : then.stream().allMatch(entry -> Compares.holds(compare, entry));
        }

        static KeyHistory without(KeyHistory kept, long revision) {
            if (kept == null || kept.get(0).modRevision() >= revision) {
                return kept;
            }
            KeyHistory rest = null;
            for (int i = 1; i < kept.size(); i++) {
                rest = rest == null ? KeyHistory.of(kept.get(i)) : rest.append(kept.get(i));
            }
            return rest;
        }
    }
}
