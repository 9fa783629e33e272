package io.troupe.generals.dls;

import io.troupe.generals.PlantedBug;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic mistakes with locks. */
public final class DlsMutants {

    private static final String SCENARIO = ChaosBeforeGst.class.getName();

    private DlsMutants() {}

    public static List<PlantedBug> all() {
        return List.of(
                new PlantedBug(AcceptsInSpiteOfALock.class, Locks.class.getName(), "accepts", SCENARIO),
                new PlantedBug(NeverReleases.class, Locks.class.getName(), "heard", SCENARIO),
                new PlantedBug(DecidesWithFewerLocks.class, PartialSynchrony.class.getName(), "isEnough", SCENARIO));
    }

    static final class AcceptsInSpiteOfALock {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean accepts) {
            accepts = true;
        }
    }

    /** Safe, and stuck: half have locked one value, half the other. */
    static final class NeverReleases {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) int phase) {
            phase = 0;
        }
    }

    /** With one acknowledgement, its own perhaps. */
    static final class DecidesWithFewerLocks {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) int acknowledgements, @Advice.Return(readOnly = false) boolean isEnough) {
            isEnough = acknowledgements > 0;
        }
    }
}
