package io.troupe.replication;

import java.util.Optional;

/**
 * When a replica snapshots, on which snapshot its log rests, and when older ones may go. Each replica decides for itself
 * (Raft, §7; Paxos Made Live, §5.5).
 *
 * <p>Transitions: idle → under way, when enough was applied, or the snapshot in use turned out to be damaged; under way →
 * idle, when the snapshot is durable, or was overtaken by one that was fetched; under way → pausing, when it could not be
 * written; pausing → idle, after a pause that doubles with each failure.
 *
 * @param <S> what the replica knows of a snapshot
 */
public final class Compaction<S extends Compaction.Snapshot> {

    /** What a snapshot replaces. */
    public interface Snapshot {

        /** Last that it covers; 0 of one without state, with which a log begins. */
        long index();
    }

    /** The replica, as far as its snapshots go. */
    public interface Host<S> {

        long appliedIndex();

        /** Whether what a snapshot of {@code index} or later carries beside the state is known. */
        default boolean maySnapshot(long index) {
            return true;
        }

        /** What a snapshot of this place carries beside the state. */
        S snapshotAt(long index, long term);

        /** Asks the applier for its state, which {@link Compaction#onFrozen} is then given. */
        void freeze();

        /**
         * The snapshot is in the storage, so the log may forget what it replaces.
         *
         * @param durably to be run when the log says durably that it rests on this snapshot
         */
        void compactTo(S snapshot, Runnable durably);
    }

    /**
     * When there is enough to snapshot.
     *
     * @param entries applied since the last, once their bytes are half of what that snapshot takes: what a small state is
     *     written for is then in proportion to what is logged (Raft thesis, §5.1.3)
     * @param bytes of them, at which it is time in any case: the log's share of the memory, and of the time of a restart. A
     *     state of more than twice that is written as often, however large it is
     * @param pauseTicks after a first failure
     */
    public record Limits(long entries, long bytes, int pauseTicks) {

        boolean areReached(long entriesSince, long bytesSince, long snapshotBytes) {
            return entriesSince > 0
                    && (bytesSince >= bytes || (entriesSince >= entries && bytesSince >= snapshotBytes / 2));
        }
    }

    private static final int PAUSE_DOUBLINGS_MAX = 6;

    private final Host<S> host;
    private final Snapshots storage;
    private final Limits limits;
    private S snapshot;
    private Optional<S> writing = Optional.empty();
    private boolean underWay;
    private boolean damaged;
    private long bytesSince;
    private long bytesFrozen;
    /** Of the last snapshot that was written here; 0 when there was none since the start. */
    private long snapshotBytes;

    private int failures;
    private int pauseTicks;
    private long restoring;
    private long restored;
    private long durableIndex;

    /** @param snapshot on which the log rests, durably */
    public Compaction(Host<S> host, Snapshots storage, Limits limits, S snapshot) {
        this.host = host;
        this.storage = storage;
        this.limits = limits;
        this.snapshot = snapshot;
        this.durableIndex = snapshot.index();
    }

    public S snapshot() {
        return snapshot;
    }

    /** So much more is on its way to the applier. */
    public void told(long bytes) {
        bytesSince += bytes;
    }

    public void onTick() {
        if (pauseTicks > 0 && --pauseTicks == 0) {
            maybeBegin();
        }
    }

    public void maybeBegin() {
        long upTo = Math.max(host.appliedIndex(), snapshot.index()); // What was installed may not be restored yet.
        long entries = host.appliedIndex() - snapshot.index();
        boolean enough = limits.areReached(entries, bytesSince, snapshotBytes) || damaged;
        if (enough && host.maySnapshot(upTo) && !underWay && pauseTicks == 0 && restored >= restoring) {
            underWay = true;
            bytesFrozen = bytesSince;
            host.freeze();
        }
    }

    /** The stored snapshot of this index cannot be sent whole: the state machine gives a new one, of now. */
    public void onDamaged(long index) {
        if (index == snapshot.index()) {
            damaged = true;
            maybeBegin();
        }
    }

    public void onFrozen(Applier.Frozen frozen) {
        boolean isNews = frozen.index() > snapshot.index() || (damaged && frozen.index() == snapshot.index());
        if (!isNews) {
            underWay = false;
            return;
        }
        writing = Optional.of(host.snapshotAt(frozen.index(), frozen.term()));
        storage.write(frozen);
    }

    public void onSaved(SnapshotWriter.Saved event) {
        S saved = writing.orElseThrow();
        underWay = false;
        snapshotBytes = event.bytes();
        failures = 0;
        if (saved.index() >= snapshot.index()) {
            damaged = false;
        }
        if (saved.index() > snapshot.index()) {
            snapshot = saved;
            bytesSince -= bytesFrozen;
            host.compactTo(saved, () -> rests(saved));
        }
    }

    public void onSaveFailed() {
        underWay = false;
        pauseTicks = limits.pauseTicks() << Math.min(failures++, PAUSE_DOUBLINGS_MAX);
    }

    /** The log begins anew on a snapshot from another replica, which the applier is told to restore. */
    public void installed(S fetched) {
        snapshot = fetched;
        damaged = false;
        bytesSince = 0;
        bytesFrozen = 0;
        restoring = fetched.index();
    }

    public void onRestored(Applier.Restored event) {
        restored = Math.max(restored, event.index());
        prune();
        maybeBegin();
    }

    /** The log says durably that it rests on this snapshot: a start would read it, and no older one. */
    public void rests(S durable) {
        durableIndex = Math.max(durableIndex, durable.index());
        prune();
    }

    /** Deletes what is older, but not while the applier has yet to read some snapshot. */
    public void prune() {
        if (restored >= restoring && durableIndex > 0) {
            storage.prune(durableIndex);
        }
    }
}
