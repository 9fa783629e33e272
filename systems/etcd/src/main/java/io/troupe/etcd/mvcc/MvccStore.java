package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.troupe.etcd.EtcdError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keys with their histories, under one logical clock. Used by one thread; {@link #freeze} gives views for others. */
final class MvccStore {

    /** The revision of an empty store (etcd counts from 1). */
    static final long FIRST_REVISION = 1;

    /** Before any compaction. */
    static final long NEVER_COMPACTED = -1;

    /** What a frozen store holds. */
    record Frozen(
            long revision,
            long compacted,
            long lessorTerm,
            CowTree<ByteString, KeyHistory> keys,
            CowTree<Long, LeaseTable.Lease> leases) {}

    /** Entries found, and how many there are without the limit. */
    record Found(List<Entry> entries, long count) {}

    private CowTree<ByteString, KeyHistory> keys = new CowTree<>(KeyRange.KEY_ORDER);
    private final Arena arena = new Arena();
    private final RevisionLog log = new RevisionLog();
    private final LeaseTable leases = new LeaseTable();
    private long revision = FIRST_REVISION;
    private long compacted = NEVER_COMPACTED;
    private long bytes;
    private long bytesInUse;

    long revision() {
        return revision;
    }

    /** Reads below this revision are refused. */
    long compacted() {
        return compacted;
    }

    LeaseTable leases() {
        return leases;
    }

    RevisionLog log() {
        return log;
    }

    /** Accounted size of everything kept, history and leases included. */
    long bytes() {
        return bytes + leases.accountedBytes();
    }

    /** The share of {@link #bytes} that the present needs. */
    long bytesInUse() {
        return bytesInUse + leases.accountedBytes();
    }

    /** Whether a read at {@code at} is possible; 0 or less reads the present. */
    Optional<EtcdError> mayRead(long at, long present) {
        if (at > present) {
            return Optional.of(EtcdError.FUTURE_REVISION);
        }
        return at > 0 && at < compacted ? Optional.of(EtcdError.COMPACTED) : Optional.empty();
    }

    /** The same within a transaction, where etcd takes a revision below 0 for one that may be compacted. */
    Optional<EtcdError> mayReadInTxn(long at) {
        return at < 0 && at < compacted ? Optional.of(EtcdError.COMPACTED) : mayRead(at, revision);
    }

    @Nullable Entry live(ByteString key) {
        KeyHistory history = keys.get(key);
        return history == null || history.latest().isTombstone() ? null : history.latest();
    }

    /** The value before a change in the log, or null when there was none or it is compacted. */
    @Nullable Entry before(Entry change) {
        KeyHistory history = keys.get(change.key());
        return history == null ? null : history.before(change);
    }

    /**
     * The keys of a range as of a revision.
     *
     * @param limit entries to return, 0 for all; counting goes on
     */
    Found find(KeyRange range, long at, long limit, boolean countOnly) {
        if (range.isSingle()) {
            return findOne(range.from(), at, countOnly);
        }
        List<Entry> entries = new ArrayList<>();
        long[] count = new long[1];
        keys.forRange(range.from(), range.to(), (key, history) -> {
            Entry entry = history.at(at);
            if (entry != null) {
                count[0]++;
                if (!countOnly && (limit <= 0 || entries.size() < limit)) {
                    entries.add(entry);
                }
            }
            return true;
        });
        return new Found(entries, count[0]);
    }

    private Found findOne(ByteString key, long at, boolean countOnly) {
        KeyHistory history = keys.get(key);
        Entry entry = history == null ? null : history.at(at);
        List<Entry> entries = new ArrayList<>(1);
        if (entry != null && !countOnly) {
            entries.add(entry);
        }
        return new Found(entries, entry == null ? 0 : 1);
    }

    void forEachHistory(Consumer<KeyHistory> action) {
        keys.forRange(null, null, (key, history) -> {
            action.accept(history);
            return true;
        });
    }

    WriteTxn begin() {
        return new WriteTxn();
    }

    /** All changes of one transaction: they share one main revision, which the store reaches with {@link #end}. */
    final class WriteTxn {
        private final long next = revision + 1;
        private final List<Change> changes = new ArrayList<>();

        /** The revision reads within the transaction see, and its responses carry. */
        long revision() {
            return changes.isEmpty() ? revision : next;
        }

        Entry put(ByteString key, ByteString value, long lease) {
            KeyHistory history = keys.get(key);
            Entry previous = history == null || history.latest().isTombstone() ? null : history.latest();
            Entry entry = arena.add(
                    key,
                    value,
                    previous == null ? next : previous.createRevision(),
                    next,
                    changes.size(),
                    previous == null ? 1 : previous.version() + 1,
                    lease);
            record(key, entry, previous, history);
            return entry;
        }

        long deleteRange(KeyRange range) {
            List<Entry> doomed = find(range, revision(), 0, false).entries();
            for (Entry entry : doomed) {
                ByteString key = entry.key();
                record(key, arena.tombstone(key, next, changes.size()), entry, keys.get(key));
            }
            return doomed.size();
        }

        private void record(ByteString key, Entry entry, @Nullable Entry previous, @Nullable KeyHistory before) {
            KeyHistory history = before == null ? KeyHistory.of(entry) : before.append(entry);
            keep(key, entry, previous, history);
            changes.add(new Change(entry, history.before(entry)));
        }

        List<Change> end() {
            revision = revision();
            return changes;
        }
    }

    /** @param key of the entry, as bytes of its own where the key is new */
    private void keep(ByteString key, Entry entry, @Nullable Entry previous, KeyHistory history) {
        keys.put(key, history);
        log.append(entry);
        bytes += entry.accountedBytes();
        bytesInUse += inUse(entry) - (previous == null ? 0 : inUse(previous));
        if (previous != null && previous.lease() != 0) {
            leases.detach(previous.lease(), key);
        }
        if (entry.lease() != 0) {
            leases.attach(entry.lease(), key);
        }
    }

    /** Forgets what only reads before {@code at} could see. Costs as much as there are changes to look at. */
    Optional<EtcdError> compact(long at) {
        if (at <= compacted) {
            return Optional.of(EtcdError.COMPACTED);
        }
        if (at > revision) {
            return Optional.of(EtcdError.FUTURE_REVISION);
        }
        compacted = at;
        int end = log.firstFrom(at + 1);
        for (int i = log.begin(); i < end; i++) {
            compact(log.get(i).key(), at);
        }
        log.dropBefore(at);
        arena.sparse().forEach(segment -> segment.forEach(this::moveIfKept));
        return Optional.empty();
    }

    private void moveIfKept(Entry entry) {
        ByteString key = entry.key();
        KeyHistory history = keys.get(key);
        if (history != null && history.holds(entry)) {
            Entry copy = arena.copy(entry);
            keys.put(key, history.moved(entry, copy));
            log.move(entry, copy);
        }
    }

    private static int inUse(Entry entry) {
        return entry.isTombstone() ? 0 : entry.accountedBytes();
    }

    private void compact(ByteString key, long at) {
        KeyHistory history = keys.get(key);
        if (history == null) {
            return;
        }
        KeyHistory kept = history.compact(at);
        if (kept == history) {
            return;
        }
        int dropped = history.size() - (kept == null ? 0 : kept.size());
        for (int i = 0; i < dropped; i++) {
            bytes -= history.get(i).accountedBytes();
            arena.forget(history.get(i));
        }
        if (kept == null) {
            keys.remove(key);
        } else {
            keys.put(key, kept);
        }
    }

    /** Takes another etcd's changes of one or more whole revisions, which follow those it has. */
    List<Change> importAll(List<Imports.Stored> stored) {
        List<Change> changes = new ArrayList<>(stored.size());
        for (Imports.Stored change : stored) {
            ByteString key = change.pair().getKey();
            KeyHistory before = keys.get(key);
            Entry previous = live(key);
            Entry entry = change.addTo(arena);
            KeyHistory history = before == null ? KeyHistory.of(entry) : before.append(entry);
            keep(key, entry, previous, history);
            changes.add(new Change(entry, history.before(entry)));
            revision = entry.modRevision();
        }
        return changes;
    }

    /** What was imported begins here: nothing before can be read, and what is superseded by then has gone already. */
    void importedFrom(long at) {
        compacted = at;
        revision = Math.max(revision, at); // All that was changed up to there may have gone.
        log.dropBefore(at);
    }

    Frozen freeze() {
        return new Frozen(revision, compacted, leases.lessorTerm(), keys.freeze(), leases.freeze());
    }

    /** Takes a key's change read from a snapshot; a key's changes come in order. The log is rebuilt by {@link #restored}. */
    void restore(
            ByteString key,
            ByteString value,
            long createRevision,
            long modRevision,
            int sub,
            long version,
            long lease) {
        Entry entry = arena.add(key, value, createRevision, modRevision, sub, version, lease);
        KeyHistory history = keys.get(key);
        keys.put(key, history == null ? KeyHistory.of(entry) : history.append(entry));
        bytes += entry.accountedBytes();
    }

    void restored(long atRevision, long atCompacted, long lessorTerm) {
        revision = atRevision;
        compacted = atCompacted;
        leases.promote(lessorTerm);
        List<Entry> history = new ArrayList<>();
        keys.forRange(null, null, (key, changes) -> {
            for (int i = 0; i < changes.size(); i++) {
                if (changes.get(i).modRevision() >= compacted) {
                    history.add(changes.get(i));
                }
            }
            Entry latest = changes.latest();
            bytesInUse += inUse(latest);
            if (latest.lease() != 0) {
                leases.attach(latest.lease(), key);
            }
            return true;
        });
        history.sort(Comparator.comparingLong(Entry::modRevision).thenComparingInt(Entry::sub));
        history.forEach(log::append);
    }
}
