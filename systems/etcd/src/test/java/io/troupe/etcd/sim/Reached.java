package io.troupe.etcd.sim;

/** What the runs of the simulation must come to, or they would prove nothing about it. */
final class Reached {

    static final String WATCH_RESUMED = "a watch goes on at another node";
    static final String COMPACTED_WATCH = "a watch is told that what it wants is compacted";
    static final String COMPACTION_OVERTAKES = "a compaction overtakes a watch that lags";
    static final String SLOW_READER = "a slow reader makes its watch wait";
    static final String LEASE_OUTLIVES_LEADER = "a lease runs out under a later leader than granted it";
    static final String RENEWED_OVER_LEADERS = "a lease is renewed under a later leader than granted it";
    static final String COMPARE_HOLDS = "a compare holds";
    static final String COMPARE_FAILS = "a compare fails";
    static final String RESTORED = "a replica is restored from a snapshot";
    static final String DISK_FAILED = "a node falls with its disk";
    static final String NO_SPACE = "a put is refused for want of space";
    static final String UNKNOWN_OUTCOME = "a client never learns what became of its write";

    private Reached() {}
}
