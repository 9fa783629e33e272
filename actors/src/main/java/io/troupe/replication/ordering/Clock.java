package io.troupe.replication.ordering;

import java.util.function.LongSupplier;

/** Where a client has the times of its identifiers from. */
public interface Clock {

    /** The time of the next event: higher than any before it here. */
    long tick();

    /** A message that was sent at this time has come. */
    void witness(long time);

    /** §3.2.1, LC1 and LC2: Lamport, <em>Time, Clocks, and the Ordering of Events in a Distributed System</em>, CACM 1978. */
    static Clock logical() {
        return new Clock() {
            private long time;

            @Override
            public long tick() {
                return ++time;
            }

            @Override
            public void witness(long sent) {
                time = Math.max(time, sent);
            }
        };
    }

    /**
     * §3.2.2: what is caused has the higher time without being told of its cause, when clocks differ by less than the
     * fastest message takes, and no client makes two requests between ticks of its clock. One that does is ahead of its clock
     * for as long, and so is who hears of it.
     *
     * @param now milliseconds of a clock that is synchronized with the others
     */
    static Clock synchronizedWithOthers(LongSupplier now) {
        return new Clock() {
            private long last = Long.MIN_VALUE;

            @Override
            public long tick() {
                last = Math.max(last + 1, now.getAsLong());
                return last;
            }

            @Override
            public void witness(long sent) {
                last = Math.max(last, sent);
            }
        };
    }
}
