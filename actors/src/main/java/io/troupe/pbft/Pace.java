package io.troupe.pbft;

import java.util.TreeMap;

/**
 * How often another replica is answered at length. What it says in a few bytes may have this one say millions of them, and a
 * faulty one could say it all the time. A correct one does so once in {@code standing-interval}, and is answered when some of
 * that has passed; one answer that it lacks comes with the next.
 */
final class Pace {

    private final Core core;
    private final TreeMap<String, Long> answeredAt = new TreeMap<>();

    Pace(Core core) {
        this.core = core;
    }

    /** Whether it was not answered for half an interval; it is now. */
    boolean isDue(String asker) {
        long half = Math.max(1, core.settings.ticks(core.settings.standingInterval()) / 2);
        Long before = answeredAt.get(asker);
        boolean isDue = before == null || core.now() - before >= half;
        if (isDue) {
            answeredAt.put(asker, core.now());
        }
        return isDue;
    }
}
