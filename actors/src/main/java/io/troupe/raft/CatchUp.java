package io.troupe.raft;

/**
 * Whether a learner keeps pace (thesis §4.2.1): replication to it goes in rounds, each bringing what the leader's log held
 * when the round began. A learner whose last round took no longer than an election timeout would not hold the
 * group up as a voter.
 */
final class CatchUp {

    private final int roundTicksMax;
    private long roundEnd;
    private int ticks;
    private boolean lastWasShort;

    /** @param lastIndex of the leader's log now */
    CatchUp(int roundTicksMax, long lastIndex) {
        this.roundTicksMax = roundTicksMax;
        this.roundEnd = lastIndex;
    }

    void onTick() {
        ticks++;
    }

    /** The learner has everything through {@code matchIndex}, and the leader through {@code lastIndex}. */
    void onProgress(long matchIndex, long lastIndex) {
        if (matchIndex >= roundEnd) {
            lastWasShort = ticks <= roundTicksMax;
            ticks = 0;
            roundEnd = lastIndex;
        }
    }

    boolean isDone() {
        return lastWasShort && ticks <= roundTicksMax;
    }
}
