package io.troupe.cluster.node;

import java.time.Duration;

/**
 * A node's vote on who may form a cluster: given to one candidate at a time, for a while. The
 * candidate counts it for a shorter while, from when it asked, so that it has lapsed for the candidate
 * before it can be given to another.
 */
final class Vote {

    /** How long the giver is bound. */
    static final Duration BINDING = Duration.ofSeconds(6);
    /** How long after asking the candidate may count the vote. */
    static final Duration COUNTED = Duration.ofSeconds(2);

    private String candidate = "";
    private long boundUntilNanos;

    boolean isFreeFor(String asking, long nowNanos) {
        return candidate.isEmpty() || candidate.equals(asking) || nowNanos - boundUntilNanos > 0;
    }

    /** @return whether the vote is now {@code asking}'s */
    boolean give(String asking, long nowNanos) {
        if (!isFreeFor(asking, nowNanos)) {
            return false;
        }
        candidate = asking;
        boundUntilNanos = nowNanos + BINDING.toNanos();
        return true;
    }
}
