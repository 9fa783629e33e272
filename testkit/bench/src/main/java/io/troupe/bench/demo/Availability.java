package io.troupe.bench.demo;

import java.time.Duration;

/**
 * How the service looked from outside: acknowledgements counted, and the longest time in which
 * nobody got one. Fed by many clients at once; times are the caller's, in nanoseconds.
 */
final class Availability {

    private long acknowledged;
    private long lastAcknowledgedNanos;
    private long longestGapNanos;
    private long longestGapEndNanos;
    private long windowGapNanos;

    /** @param startNanos when the load began: a service that never answers was away since then */
    Availability(long startNanos) {
        this.lastAcknowledgedNanos = startNanos;
    }

    synchronized void acknowledged(long nowNanos) {
        if (acknowledged++ > 0) { // Until the first one, the clients are connecting.
            noteGap(nowNanos);
        }
        lastAcknowledgedNanos = Math.max(lastAcknowledgedNanos, nowNanos);
    }

    /** Ends the observation: silence up to now counts. */
    synchronized void end(long nowNanos) {
        noteGap(nowNanos);
    }

    private void noteGap(long nowNanos) {
        long gap = nowNanos - lastAcknowledgedNanos;
        windowGapNanos = Math.max(windowGapNanos, gap);
        if (gap > longestGapNanos) {
            longestGapNanos = gap;
            longestGapEndNanos = nowNanos;
        }
    }

    synchronized long count() {
        return acknowledged;
    }

    synchronized Duration longestGap() {
        return Duration.ofNanos(longestGapNanos);
    }

    /** When the longest silence ended, on the clock the acknowledgements were given in. */
    synchronized long longestGapEndNanos() {
        return longestGapEndNanos;
    }

    /** The longest silence since this was last asked, or since the start; begins a new window. */
    synchronized Duration longestGapOfWindow(long nowNanos) {
        noteGap(nowNanos);
        var gap = Duration.ofNanos(windowGapNanos);
        windowGapNanos = 0;
        return gap;
    }

    /** Time since the last acknowledgement. */
    synchronized Duration silentFor(long nowNanos) {
        return Duration.ofNanos(Math.max(0, nowNanos - lastAcknowledgedNanos));
    }
}
