package io.troupe.generals.benor;

import static io.troupe.generals.benor.BenOr.NO_VALUE;

import io.troupe.generals.PlantedBug;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic mistakes with Ben-Or's thresholds. */
public final class BenOrMutants {

    private static final String VOTES = Votes.class.getName();
    private static final String SCENARIO = RandomRuns.class.getName();

    private BenOrMutants() {}

    public static List<PlantedBug> all() {
        return List.of(
                new PlantedBug(DecidesWithF.class, VOTES, "isDecided", SCENARIO),
                new PlantedBug(HalfIsAMajority.class, VOTES, "majority", SCENARIO),
                new PlantedBug(TakesNoProposal.class, VOTES, "proposed", SCENARIO));
    }

    /** With f proposals: nobody else need hear of any of them. */
    static final class DecidesWithF {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) int value,
                @Advice.Argument(1) Collection<Integer> proposals,
                @Advice.Argument(2) int f,
                @Advice.Return(readOnly = false) boolean isDecided) {
            isDecided = value != NO_VALUE && Collections.frequency(proposals, value) >= f;
        }
    }

    /** Two values may both have half, or most of those that were heard. */
    static final class HalfIsAMajority {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.Argument(0) Collection<Integer> reported, @Advice.Argument(value = 1, readOnly = false) int n) {
            n = reported.size() - 1;
        }
    }

    /** Throws the coin unless it decides. */
    static final class TakesNoProposal {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) Collection<Integer> proposals, @Advice.Return(readOnly = false) int proposed) {
            proposed = Collections.frequency(proposals, proposed) > proposals.size() / 2 ? proposed : NO_VALUE;
        }
    }
}
