package io.troupe.sim;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.pekko.persistence.SnapshotMetadata;

/**
 * A node's disk, which outlives its crashes. Writes are synced one after the other; at a crash those not yet synced are
 * lost, but for as many of the first of them as the seed says: unsynced is not the same as gone. The one after these may
 * be torn: a part of it is there.
 */
public final class Disk {

    /** What a write changes. */
    interface Change {
        void whole();

        /** Leaves a part of it on the disk; nothing where a change is too small to be torn. */
        default void torn(RandomGenerator random) {}
    }

    record StoredSnapshot(SnapshotMetadata metadata, StoredBytes payload, boolean torn) {}

    /** A class, not a record: two writes with equal changes are two. */
    private static final class Pending {
        private final List<? extends Change> changes;

        private Pending(List<? extends Change> changes) {
            this.changes = changes;
        }
    }

    private final World world;
    private final RandomGenerator random;
    private final RandomGenerator damage;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final Map<String, EventLog> logs = new TreeMap<>();
    private final Map<String, NavigableMap<Long, StoredSnapshot>> snapshots = new TreeMap<>();
    private DiskConditions conditions = DiskConditions.good();
    private long busyUntilNanos;

    /** @param name of the node whose disk it is */
    public Disk(World world, String name) {
        this.world = world;
        this.random = world.random("disk " + name);
        this.damage = world.random("disk damage " + name);
    }

    /** What is on it, and what is not yet, in words. */
    void describe(StringBuilder text) {
        logs.forEach((id, log) -> {
            text.append(' ').append(id).append(':').append(log.highest());
            log.events().values().forEach(event -> text.append(' ').append(event.payload()));
        });
        snapshots.forEach((id, kept) -> kept.forEach((at, snapshot) ->
                text.append(' ').append(id).append('@').append(at).append(snapshot.payload())));
        text.append(" unsynced ").append(unsynced());
    }

    public void conditions(DiskConditions present) {
        conditions = present;
    }

    EventLog log(String persistenceId) {
        return logs.computeIfAbsent(persistenceId, any -> new EventLog());
    }

    NavigableMap<Long, StoredSnapshot> snapshots(String persistenceId) {
        return snapshots.computeIfAbsent(persistenceId, any -> new TreeMap<>());
    }

    /** Queues a write that needs room; see {@link #change}. */
    void write(Host host, List<? extends Change> changes, Runnable synced, Consumer<IOException> failed) {
        queue(host, conditions.full(), changes, synced, failed);
    }

    /**
     * Queues a change that needs no room, such as a deletion.
     *
     * @param changes what is on disk once it is synced; a crash may let a first part of them survive
     * @param synced runs for {@code host} when all of it is safe
     * @param failed runs instead when it fails; nothing of it is on disk
     */
    void change(Host host, List<? extends Change> changes, Runnable synced, Consumer<IOException> failed) {
        queue(host, false, changes, synced, failed);
    }

    private void queue(
            Host host, boolean full, List<? extends Change> changes, Runnable synced, Consumer<IOException> failed) {
        boolean fails = random.nextDouble() < conditions.failures();
        var write = new Pending(fails || full ? List.of() : changes);
        pending.add(write);
        whenDone(host, () -> take(write), () -> {
            if (fails || full) {
                var why = new IOException(
                        (full ? "no space left on the simulated disk of " : "simulated I/O error on the disk of ")
                                + host);
                world.trace()
                        .detail(world.nowNanos(), Mark.PERSISTED, host.name(), "write failed: " + why.getMessage());
                failed.accept(why);
            } else {
                world.trace().detail(world.nowNanos(), Mark.PERSISTED, host.name(), "write synced");
                synced.run();
            }
        });
    }

    /** Nothing, when a crash has cleared it away. */
    private void take(Pending write) {
        if (pending.remove(write)) {
            write.changes.forEach(Change::whole);
        }
    }

    /** Queues a read behind every earlier write. */
    void read(Host host, Runnable done) {
        whenDone(host, () -> {}, done);
    }

    /**
     * @param always also when the host is dead by then: a database outside does what it was asked
     * @param done runs for the host
     */
    private void whenDone(Host host, Runnable always, Runnable done) {
        long min = conditions.latencyMin().toNanos();
        long max = conditions.latencyMax().toNanos();
        long latency = min == max ? min : random.nextLong(min, max + 1);
        busyUntilNanos = Math.max(busyUntilNanos, world.nowNanos()) + latency;
        // For the outside: a disk goes on while its node is paused.
        world.at(busyUntilNanos, world.outside(), new Cause.DiskDone(host), () -> {
            always.run();
            if (!host.isDead()) {
                world.as(host, done);
            }
        });
    }

    public void crash() {
        var left = crash(random.nextInt(unsynced() + 1));
        if (!left.isEmpty() && damage.nextBoolean()) {
            left.get(0).torn(damage);
        }
    }

    /** How many changes a crash could lose now. */
    int unsynced() {
        return pending.stream().mapToInt(write -> write.changes.size()).sum();
    }

    /**
     * @param surviving how many of the unsynced changes are found on the disk afterwards, the first of them
     * @return those that are lost
     */
    List<Change> crash(int surviving) {
        List<Change> changes = new ArrayList<>();
        pending.forEach(write -> changes.addAll(write.changes));
        pending.clear();
        changes.subList(0, surviving).forEach(Change::whole);
        busyUntilNanos = 0;
        return changes.subList(surviving, changes.size());
    }

    /** Nothing was ever on it. */
    void wipe() {
        pending.clear();
        logs.clear();
        snapshots.clear();
        busyUntilNanos = 0;
    }

    /** An orderly end: what was under way is done. */
    public void flush() {
        crash(unsynced());
    }

    /**
     * Flips one bit of something that was written and synced, an event or a snapshot; whoever reads it will find out.
     *
     * @return what it was; empty when there is nothing on the disk
     */
    public Optional<String> rot() {
        return rot(what -> true);
    }

    /** As {@link #rot()}, of something whose name is {@code wanted}: {@code "snapshot 30 of counter"}. */
    Optional<String> rot(Predicate<String> wanted) {
        Map<String, Runnable> flips = new TreeMap<>();
        logs.forEach((id, log) -> log.events()
                .headMap(log.highest(), true)
                .keySet()
                .forEach(number -> flips.put("event " + number + " of " + id, () -> log.rot(number, damage))));
        snapshots.forEach((id, kept) -> kept.forEach((number, snapshot) -> flips.put(
                "snapshot " + number + " of " + id,
                () -> kept.put(
                        number,
                        new StoredSnapshot(
                                snapshot.metadata(), snapshot.payload().rotten(damage), snapshot.torn())))));
        flips.keySet().removeIf(wanted.negate());
        if (flips.isEmpty()) {
            return Optional.empty();
        }
        var victims = List.copyOf(flips.entrySet());
        var victim = victims.get(damage.nextInt(victims.size()));
        victim.getValue().run();
        return Optional.of(victim.getKey());
    }
}
