package io.troupe.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * One life of a simulated node, from start to crash or stop; a restart is a new host with the old disk. Everything that
 * runs is tagged with the host it runs for, so that a crash can take it all at once.
 *
 * <p>States: up → paused → up; up or paused → dead, for ever.
 */
public final class Host {

    /** When every run begins by a right clock. */
    public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final String name;
    private Disk disk;
    private final List<RunQueue.Task> parked = new ArrayList<>();
    private double clockRate = 1;
    private long changedAtNanos;
    private long clockNanosAtChange;
    private long wallClockSkewNanos;
    private final Map<String, Object> reported = new TreeMap<>();
    private boolean paused;
    private boolean dead;
    private @Nullable ActorRef root;

    public Host(String name, Disk disk) {
        this.name = name;
        this.disk = disk;
    }

    public String name() {
        return name;
    }

    Disk disk() {
        return disk;
    }

    void disk(Disk other) {
        disk = other;
    }

    public boolean isPaused() {
        return paused;
    }

    public boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
        paused = false;
        parked.clear();
    }

    public void pause() {
        paused = true;
    }

    /** What became ready during the pause, in order. */
    List<RunQueue.Task> resume() {
        paused = false;
        var held = List.copyOf(parked);
        parked.clear();
        return held;
    }

    void park(RunQueue.Task task) {
        parked.add(task);
    }

    /** How many seconds this node's clock counts in one second. */
    double clockRate() {
        return clockRate;
    }

    /** From now on; what the clock has counted so far it keeps. */
    public void clockRate(double rate, long nowNanos) {
        clockNanosAtChange = clockNanos(nowNanos);
        changedAtNanos = nowNanos;
        clockRate = rate;
    }

    /** What this node's monotonic clock shows. */
    public long clockNanos(long nowNanos) {
        return clockNanosAtChange + (long) ((nowNanos - changedAtNanos) * clockRate);
    }

    /** How far this node's calendar clock is ahead of the others', negative for behind. */
    public void wallClockSkew(long nanos) {
        wallClockSkewNanos = nanos;
    }

    /** What this node's calendar clock shows, in milliseconds since 1970. */
    public long wallClockMillis(long nowNanos) {
        return EPOCH.toEpochMilli() + Math.floorDiv(clockNanos(nowNanos) + wallClockSkewNanos, 1_000_000L);
    }

    /** What its actors have said about their state, by name. */
    Map<String, Object> reported() {
        return reported;
    }

    @Nullable ActorRef root() {
        return root;
    }

    void root(ActorRef actor) {
        root = actor;
    }

    @Override
    public String toString() {
        return name;
    }
}
