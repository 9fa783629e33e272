package io.troupe.etcd.watch;

import com.google.protobuf.ByteString;
import io.troupe.etcd.mvcc.KeyRange;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The synced watches, found by the key that changed: those of one key by lookup, those of a prefix by a lookup for each length that
 * prefixes have, those of other ranges by asking each.
 */
final class SyncedWatchers {

    private final Map<ByteString, Set<Watcher>> byKey = new HashMap<>();
    private final Map<ByteString, Set<Watcher>> byPrefix = new HashMap<>();
    /** How many prefixes there are of a length in bytes. */
    private final TreeMap<Integer, Integer> prefixes = new TreeMap<>();

    private final Set<Watcher> ranges = new LinkedHashSet<>();

    void add(Watcher watcher) {
        KeyRange range = watcher.filter.range();
        if (range.isSingle()) {
            add(byKey, watcher);
        } else if (!range.isPrefix()) {
            ranges.add(watcher);
        } else if (add(byPrefix, watcher)) {
            prefixes.merge(range.from().size(), 1, Integer::sum);
        }
    }

    void remove(Watcher watcher) {
        KeyRange range = watcher.filter.range();
        if (range.isSingle()) {
            remove(byKey, watcher);
        } else if (!range.isPrefix()) {
            ranges.remove(watcher);
        } else if (remove(byPrefix, watcher)) {
            prefixes.computeIfPresent(range.from().size(), (length, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Whether it is the first from there on. */
    private static boolean add(Map<ByteString, Set<Watcher>> to, Watcher watcher) {
        Set<Watcher> watchers = to.computeIfAbsent(watcher.filter.range().from(), key -> new LinkedHashSet<>());
        return watchers.add(watcher) && watchers.size() == 1;
    }

    /** Whether it was the last from there on. */
    private static boolean remove(Map<ByteString, Set<Watcher>> from, Watcher watcher) {
        ByteString key = watcher.filter.range().from();
        Set<Watcher> watchers = from.get(key);
        if (watchers == null || !watchers.remove(watcher) || !watchers.isEmpty()) {
            return false;
        }
        from.remove(key);
        return true;
    }

    /** Those whose range has the key, whatever else they filter. */
    void forKey(ByteString key, Consumer<Watcher> action) {
        byKey.getOrDefault(key, Set.of()).forEach(action);
        for (int length : prefixes.headMap(key.size(), true).keySet()) {
            byPrefix.getOrDefault(key.substring(0, length), Set.of()).forEach(action);
        }
        for (Watcher watcher : ranges) {
            if (watcher.filter.range().contains(key)) {
                action.accept(watcher);
            }
        }
    }
}
