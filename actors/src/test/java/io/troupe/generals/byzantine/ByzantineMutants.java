package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import io.troupe.generals.PlantedBug;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic mistakes with OM(m) and SM(m). */
public final class ByzantineMutants {

    private static final String HERE = ByzantineMutants.class.getPackageName() + ".";
    private static final String ORAL = HERE + "OneTraitorOfFour";
    private static final String SIGNED = HERE + "TwoSignedTraitorsAtRandom";

    private ByzantineMutants() {}

    public static List<PlantedBug> all() {
        return List.of(
                new PlantedBug(OralWithoutRecursion.class, HERE + "OralTree", "obtained", ORAL),
                new PlantedBug(MajorityOffByOne.class, HERE + "Majority", "of", ORAL),
                new PlantedBug(BelievesWhatComesLate.class, HERE + "OralTree", "hear", ORAL),
                new PlantedBug(
                        BelievesWhoeverSpeaks.class, HERE + "OralTree", "isSpokenBy", HERE + "AllTreasonsOfSeven"),
                new PlantedBug(SignaturesUnchecked.class, HERE + "SignedMessage", "isAuthentic", SIGNED),
                new PlantedBug(ChainTooShort.class, HERE + "SignedLieutenant", "isOnTime", SIGNED),
                new PlantedBug(CountsASignatureTwice.class, HERE + "SignedLieutenant", "areDistinct", SIGNED),
                new PlantedBug(HandsNothingOn.class, HERE + "SignedLieutenant", "send", SIGNED));
    }

    /** OM(m) as OM(0): uses what the commander said. */
    static final class OralWithoutRecursion {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This OralTree self,
                @Advice.Argument(0) List<String> path,
                @Advice.Return(readOnly = false) Order obtained) {
            obtained = self.heard(path);
        }
    }

    static final class MajorityOffByOne {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) Collection<Order> values, @Advice.Return(readOnly = false) Order majority) {
            majority =
                    2 * Collections.frequency(values, Order.ATTACK) > values.size() - 2 ? Order.ATTACK : Order.RETREAT;
        }
    }

    /** A3: who is late counts as silent. Here no round ever ends. */
    static final class BelievesWhatComesLate {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) int round) {
            round = 1;
        }
    }

    /** A2 forgotten: takes the path's word for who speaks. */
    static final class BelievesWhoeverSpeaks {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean isSpokenBy) {
            isSpokenBy = true;
        }
    }

    static final class SignaturesUnchecked {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean isAuthentic) {
            isAuthentic = true;
        }
    }

    /** Takes an order in the last round that too few have signed for a loyal one to be among them. */
    static final class ChainTooShort {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean isOnTime) {
            isOnTime = true;
        }
    }

    static final class CountsASignatureTwice {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean areDistinct) {
            areDistinct = true;
        }
    }

    /** Step 2 left out: knows, and tells nobody. */
    static final class HandsNothingOn {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) List<Sending> due) {
            due = List.of();
        }
    }
}
