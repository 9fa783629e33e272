package io.troupe.pbft;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.pekko.util.ByteString;

/**
 * The time as a service may know it: the primary's, when it is near that of the backups' own clocks (§4.6's example is the
 * time-last-modified of a file).
 *
 * <p>No value is ahead of every correct clock by more than the bound. One that a view change has brought back may be as old as
 * it likes, and a new primary's clock may be behind the last one's: a service that wants time not to go back keeps the
 * latest that it was given ({@link NonDeterminism#onChosen}).
 */
public final class AgreedTime implements NonDeterminism.Choice {

    private final InstantSource clock;
    private final Duration bound;

    /**
     * @param clock of this node
     * @param bound of how far a value may be from it: more than correct clocks differ and a message takes, or correct
     *     primaries lose their views; a lying one can be wrong by as much
     */
    public AgreedTime(InstantSource clock, Duration bound) {
        this.clock = clock;
        this.bound = bound;
    }

    @Override
    public ByteString propose() {
        return write(clock.instant());
    }

    @Override
    public boolean accepts(ByteString value) {
        return canHaveAccepted(value) && !read(value).isBefore(clock.instant().minus(bound));
    }

    /** Whatever was near this clock is not far ahead of it now. */
    @Override
    public boolean canHaveAccepted(ByteString value) {
        return value.length() == Long.BYTES
                && !read(value).isAfter(clock.instant().plus(bound));
    }

    static ByteString write(Instant time) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(Long.BYTES).putLong(time.toEpochMilli()).array());
    }

    /** @param value that was agreed on: to the millisecond */
    public static Instant read(ByteString value) {
        return Instant.ofEpochMilli(value.asByteBuffer().getLong());
    }
}
