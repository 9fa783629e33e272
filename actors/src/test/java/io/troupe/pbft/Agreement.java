package io.troupe.pbft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * §4.2, safety: no two correct replicas commit different batches under one sequence number, in whatever views; nor do they
 * prepare different ones in one view.
 */
final class Agreement implements Inspector, SlotInspector {

    private final TreeMap<Long, Digest> committed = new TreeMap<>();
    private final Map<List<Long>, Digest> prepared = new HashMap<>();
    private long views;

    @Override
    public void afterStep(Core core) {
        views = Math.max(views, core.ledger.view());
    }

    @Override
    public void afterChange(Core core, Slot slot) {
        if (slot.isMarkedPrepared()) {
            Digest digest = slot.prePrepared().orElseThrow();
            Digest other = prepared.putIfAbsent(List.of(core.ledger.view(), slot.sequence), digest);
            if (other != null && !other.equals(digest)) {
                throw new AssertionError(core.node + " prepared " + digest + " at " + slot.sequence + " in view "
                        + core.ledger.view() + ", another replica " + other);
            }
        }
        slot.committed().ifPresent(digest -> {
            Digest other = committed.putIfAbsent(slot.sequence, digest);
            if (other != null && !other.equals(digest)) {
                throw new AssertionError(
                        core.node + " committed " + digest + " at " + slot.sequence + ", another replica " + other);
            }
        });
    }

    long highest() {
        return committed.isEmpty() ? 0 : committed.lastKey();
    }

    long views() {
        return views;
    }
}
