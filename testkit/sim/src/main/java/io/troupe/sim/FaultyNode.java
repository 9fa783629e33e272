package io.troupe.sim;

import java.time.Duration;
import java.util.Optional;

/** A node as a {@link Fault} sees it. */
public interface FaultyNode {

    String name();

    boolean isUp();

    boolean isPaused();

    /** Stops the node at once; what its disk has not synced is lost. */
    void crash();

    /** Starts it again, with its disk. */
    void restart();

    /** Puts an empty disk in the place of its disk, which is gone; only while the node is down. */
    void wipe();

    /** Runs nothing of the node until {@link #resume()}. */
    void pause();

    void resume();

    /** Begins an orderly end: actors stop as they do when a process is told to, and what they still do counts. */
    void stop();

    void disk(DiskConditions conditions);

    /**
     * Flips one bit of something on its disk.
     *
     * @return what it was, such as {@code event 7 of counter}; empty when there is nothing on the disk
     */
    Optional<String> rot();

    /** From now on the node's clock counts {@code rate} seconds a second. */
    void clockRate(double rate);

    /** Sets the node's calendar clock ahead of the others, or behind when negative. */
    void clockSkew(Duration ahead);
}
