package io.troupe.pbft;

import java.util.TreeMap;

/**
 * Clients whose requests this replica orders only when they are signed. A request whose codes are right for the primary and wrong
 * for others keeps its batch, and all after it, from being prepared, until the view changes; and who of client and backups is
 * to blame the primary cannot tell. So a replica that loses its view with batches of a client that were not executed
 * asks for signatures next time, about which no two replicas differ (Clement et al., NSDI 2009, have all requests signed). A
 * client that is correct signs what it sends again: it may be suspected wrongly, and is served.
 *
 * <p>So one faulty client ends the view of each primary once, and each time it does so again it has to wait for twice as long.
 * But not of one primary after the other: views that end without anything executed last longer and longer, and suspicions would
 * be over before all primaries had theirs. Where two have ended so, everybody must sign, until something is executed.
 */
final class Suspects {

    /** The first suspicion lasts so many view-change timeouts: others' views may have to end meanwhile. */
    static final int TIMEOUTS = 32;

    private static final int DOUBLINGS_MAX = 20;
    /** The first is mostly that of a primary that crashed, and no client's fault. */
    private static final int FRUITLESS_VIEWS = 2;

    private record Suspicion(int times, long untilTick) {}

    private final long firstTicks;
    private final TreeMap<String, Suspicion> suspicions = new TreeMap<>();
    private int fruitlessViews;

    /** @param viewChangeTicks of one view-change timeout */
    Suspects(long viewChangeTicks) {
        this.firstTicks = TIMEOUTS * viewChangeTicks;
    }

    /** What it had asked for was not executed in this replica's view. */
    void blame(String client, long tick) {
        int before = suspicions.containsKey(client) ? suspicions.get(client).times() : 0;
        suspicions.put(client, new Suspicion(before + 1, tick + (firstTicks << Math.min(before, DOUBLINGS_MAX))));
    }

    /** How many views this replica has left one after the other, with nothing executed between. */
    int fruitlessViews() {
        return fruitlessViews;
    }

    void onViewLeft() {
        fruitlessViews++;
    }

    /** Something was executed in a view that is in force. */
    void onProgress() {
        fruitlessViews = 0;
    }

    boolean mustSign(String client, long tick) {
        Suspicion suspicion = suspicions.get(client);
        return fruitlessViews >= FRUITLESS_VIEWS || (suspicion != null && tick < suspicion.untilTick());
    }
}
