package io.troupe.etcd.watch;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The synced watches, found by the key that changed: those of one key by lookup, those of ranges by asking each. */
final class SyncedWatchers {

    private final Map<ByteString, Set<Watcher>> byKey = new HashMap<>();
    private final Set<Watcher> ranges = new LinkedHashSet<>();

    void add(Watcher watcher) {
        if (watcher.filter.range().isSingle()) {
            byKey.computeIfAbsent(watcher.filter.range().from(), key -> new LinkedHashSet<>())
                    .add(watcher);
        } else {
            ranges.add(watcher);
        }
    }

    void remove(Watcher watcher) {
        if (watcher.filter.range().isSingle()) {
            byKey.computeIfPresent(watcher.filter.range().from(), (key, watchers) -> {
                watchers.remove(watcher);
                return watchers.isEmpty() ? null : watchers;
            });
        } else {
            ranges.remove(watcher);
        }
    }

    /** Those whose range has the key, whatever else they filter. */
    void forKey(ByteString key, Consumer<Watcher> action) {
        byKey.getOrDefault(key, Set.of()).forEach(action);
        for (Watcher watcher : ranges) {
            if (watcher.filter.range().contains(key)) {
                action.accept(watcher);
            }
        }
    }
}
