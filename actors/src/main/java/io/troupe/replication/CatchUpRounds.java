package io.troupe.replication;

/**
 * Whether a learner keeps pace (Ongaro, <em>Consensus: Bridging Theory and Practice</em>, 2014, §4.2.1): it is brought up to
 * date in rounds, each to where its leader was when the round began. A learner whose last round took no longer than an election
 * timeout would not hold the group up as a voter.
 */
public final class CatchUpRounds {

    private final int roundTicksMax;
    private long roundEnd;
    private int ticks;
    private boolean lastWasShort;

    /**
     * @param roundTicksMax an election timeout, in ticks of the leader
     * @param leaderIndex where the leader is now: the end of the first round
     */
    public CatchUpRounds(int roundTicksMax, long leaderIndex) {
        this.roundTicksMax = roundTicksMax;
        this.roundEnd = leaderIndex;
    }

    public void onTick() {
        ticks++;
    }

    /** The learner has everything through {@code learnerIndex}, and the leader through {@code leaderIndex}. */
    public void onProgress(long learnerIndex, long leaderIndex) {
        if (learnerIndex >= roundEnd) {
            lastWasShort = ticks <= roundTicksMax;
            ticks = 0;
            roundEnd = leaderIndex;
        }
    }

    /** The last round was short, and the present one has not been long: who is heard no more has not caught up, either. */
    public boolean areDone() {
        return lastWasShort && ticks <= roundTicksMax;
    }
}
