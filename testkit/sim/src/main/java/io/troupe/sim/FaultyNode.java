package io.troupe.sim;

/** A node as a {@link Fault} sees it. */
public interface FaultyNode {

    String name();

    boolean isUp();

    boolean isPaused();

    /** Stops the node at once; what its disk has not synced is lost. */
    void crash();

    /** Starts it again, with its disk. */
    void restart();

    /** Runs nothing of the node until {@link #resume()}. */
    void pause();

    void resume();

    void disk(DiskConditions conditions);

    /** From now on the node's clock counts {@code rate} seconds a second. */
    void clockRate(double rate);
}
