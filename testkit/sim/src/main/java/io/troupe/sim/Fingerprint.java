package io.troupe.sim;

/** A running hash over what happened: two runs with the same fingerprint did the same things at the same times. */
final class Fingerprint {

    private long hash = 1;

    void add(long virtualNanos, String where, String what) {
        hash = RandomStreams.mix(hash ^ virtualNanos);
        hash = hash * 31 + where.hashCode();
        hash = hash * 31 + what.hashCode();
    }

    long value() {
        return RandomStreams.mix(hash);
    }
}
