package io.troupe.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.SnapshotMetadata;

/**
 * A node's disk, which outlives its crashes. Writes are synced one after the other; at a crash those not yet synced are
 * lost, but for as many of the first of them as the seed says: unsynced is not the same as gone.
 */
public final class Disk {

    /** Bytes with what it takes to read them. */
    record Stored(byte[] bytes, int serializer, String manifest) {}

    record StoredEvent(PersistentRepr envelope, Stored payload) {}

    record StoredSnapshot(SnapshotMetadata metadata, Stored payload) {}

    /** The events of one persistence id. */
    static final class EventLog {
        final NavigableMap<Long, StoredEvent> events = new TreeMap<>();
        long highest;
        /** Of a shared store: what some writer has taken, on disk or under way. */
        long highestPromised;

        void append(StoredEvent event) {
            events.put(event.envelope().sequenceNr(), event);
            highest = Math.max(highest, event.envelope().sequenceNr());
        }

        void deleteTo(long sequenceNr) {
            events.headMap(sequenceNr, true).clear();
        }
    }

    /** A class, not a record: two writes with equal changes are two. */
    private static final class Pending {
        private final List<Runnable> changes;

        private Pending(List<Runnable> changes) {
            this.changes = changes;
        }

        private List<Runnable> changes() {
            return changes;
        }
    }

    private final World world;
    private final RandomGenerator random;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final Map<String, EventLog> logs = new TreeMap<>();
    private final Map<String, NavigableMap<Long, StoredSnapshot>> snapshots = new TreeMap<>();
    private DiskConditions conditions = DiskConditions.good();
    private long busyUntilNanos;

    public Disk(World world, RandomGenerator random) {
        this.world = world;
        this.random = random;
    }

    /** What is on it, and what is not yet, in words. */
    void describe(StringBuilder text) {
        logs.forEach((id, log) -> {
            text.append(' ').append(id).append(':').append(log.highest);
            log.events.values().forEach(event -> text.append(' ').append(hash(event.payload())));
        });
        snapshots.forEach((id, kept) -> kept.forEach((at, snapshot) ->
                text.append(' ').append(id).append('@').append(at).append(hash(snapshot.payload()))));
        text.append(" unsynced ").append(unsynced());
    }

    private static String hash(Stored payload) {
        return Integer.toHexString(Arrays.hashCode(payload.bytes()));
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

    /**
     * Queues a write.
     *
     * @param changes what is on disk once the write is synced; a crash may let a first part of them survive
     * @param synced runs for {@code host} when all of it is safe
     * @param failed runs instead when the write fails; nothing of it is on disk
     */
    void write(Host host, List<Runnable> changes, Runnable synced, Runnable failed) {
        boolean fails = random.nextDouble() < conditions.failures();
        var write = new Pending(fails ? List.of() : changes);
        pending.add(write);
        whenDone(host, () -> take(write), () -> {
            world.trace()
                    .detail(world.nowNanos(), Mark.PERSISTED, host.name(), fails ? "write failed" : "write synced");
            (fails ? failed : synced).run();
        });
    }

    /** Nothing, when a crash has cleared it away. */
    private void take(Pending write) {
        if (pending.remove(write)) {
            write.changes().forEach(Runnable::run);
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
        crash(random.nextInt(unsynced() + 1));
    }

    /** How many changes a crash could lose now. */
    int unsynced() {
        return pending.stream().mapToInt(write -> write.changes().size()).sum();
    }

    /** @param surviving how many of the unsynced changes are found on the disk afterwards, the first of them */
    void crash(int surviving) {
        var changes =
                pending.stream().flatMap(write -> write.changes().stream()).toList();
        pending.clear();
        changes.subList(0, surviving).forEach(Runnable::run);
        busyUntilNanos = 0;
    }
}
