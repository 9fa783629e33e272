package io.troupe.generals.byzantine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Who fights in a battle, and for how many traitors it is planned: what every {@link Role} is to be told rightly. */
final class Ranks {

    private Ranks() {}

    /** @throws IllegalArgumentException when two generals have one name, or {@code m} is below 0 */
    static void requireOfCommander(String commander, List<String> lieutenants, int m) {
        List<String> generals = new ArrayList<>(lieutenants);
        generals.add(commander);
        require(generals, m);
    }

    /**
     * @param generals all of them
     * @throws IllegalArgumentException as {@link #requireOfCommander}, or when the lieutenant or the commander is none of
     *     them, or both are one
     */
    static void requireOfLieutenant(String self, String commander, List<String> generals, int m) {
        require(generals, m);
        if (self.equals(commander) || !generals.containsAll(List.of(self, commander))) {
            throw new IllegalArgumentException("the lieutenant is " + self + " and the commander " + commander
                    + "; they must be two of the generals " + generals);
        }
    }

    private static void require(List<String> generals, int m) {
        if (new HashSet<>(generals).size() < generals.size()) {
            throw new IllegalArgumentException(
                    "the generals are " + generals + "; each must have a name that no other has");
        }
        requireTraitors(m);
    }

    /** @throws IllegalArgumentException when {@code m} is below 0 */
    static void requireTraitors(int m) {
        if (m < 0) {
            throw new IllegalArgumentException("m is " + m + "; it must be 0 or more traitors");
        }
    }

    /** @throws IllegalArgumentException when there is no general, or {@code m} is below 0 */
    static void requireNumbers(int n, int m) {
        if (n < 1) {
            throw new IllegalArgumentException("n is " + n + "; it must be 1 or more generals");
        }
        requireTraitors(m);
    }
}
