package io.troupe.pbft;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** What replicas executed and had not voted on: that runs come to the preferred quorum's work. */
final class InReserve implements Inspector {

    private final TreeMap<String, TreeSet<Long>> executed = new TreeMap<>();

    @Override
    public void afterStep(Core core) {
        for (Slot slot : core.slotsBetween(core.executed() - 1, core.executed())) {
            if (slot.prePrepared().isPresent() && slot.prepareOf(core.node).isEmpty()) {
                executed.computeIfAbsent(core.node, absent -> new TreeSet<>()).add(slot.sequence);
            }
        }
    }

    /** Batches that {@code node} executed so. */
    int of(String node) {
        return executed.getOrDefault(node, new TreeSet<>()).size();
    }

    /** Of all nodes. */
    int all() {
        return List.copyOf(executed.values()).stream().mapToInt(TreeSet::size).sum();
    }
}
