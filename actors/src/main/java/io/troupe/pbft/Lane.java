package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Command;
import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What a node's clients want, commands or reads, until it goes out: few requests are under way, the rest is the next one. */
final class Lane {

    /**
     * What one client wants.
     *
     * @param operation as it is ordered
     */
    record Wanted(Replica.Request asked, Command operation, int bytes, long givenUpTick) {}

    private final PbftSettings settings;
    private final ArrayDeque<Wanted> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean gathers;
    private boolean isOfOne;

    Lane(PbftSettings settings) {
        this.settings = settings;
    }

    void add(Wanted wanted) {
        waiting.add(wanted);
    }

    int waiting() {
        return waiting.size();
    }

    /** Whether nothing is under way or waits. */
    boolean isIdle() {
        return waiting.isEmpty() && underWay == 0;
    }

    /** Whether the next request may begin. */
    boolean isReady() {
        return !gathers && !waiting.isEmpty() && underWay < settings.clientPipeline();
    }

    /** Whether the last request had one operation, and nobody else had asked when it was answered. */
    boolean isOfOne() {
        return isOfOne;
    }

    /** Whether the next request waits for more. */
    void setGathering(boolean gathering) {
        gathers = gathering;
    }

    /** The operations of a request that begins: as many as a batch may have. */
    List<Wanted> begin() {
        underWay++;
        List<Wanted> taken = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty() && taken.size() < settings.maxBatchRequests()) {
            bytes += waiting.getFirst().bytes();
            if (!taken.isEmpty() && bytes > settings.maxBatchBytes()) {
                break;
            }
            taken.add(waiting.remove());
        }
        return taken;
    }

    /** One that was under way, of so many operations. */
    void end(int operations) {
        underWay--;
        isOfOne = operations == 1 && waiting.isEmpty();
    }

    /** What has waited too long behind requests that nobody answered, and has not been sent at all. */
    List<Wanted> takeOverdue(long tick) {
        List<Wanted> overdue = new ArrayList<>();
        while (!waiting.isEmpty() && tick >= waiting.getFirst().givenUpTick()) {
            overdue.add(waiting.remove());
        }
        return overdue;
    }
}
