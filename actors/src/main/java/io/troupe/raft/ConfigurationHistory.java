package io.troupe.raft;

import java.util.TreeMap;

/** The configurations in the log, by index: a server uses the latest, committed or not (§6). */
final class ConfigurationHistory {

    private final TreeMap<Long, Configuration> byIndex = new TreeMap<>();

    ConfigurationHistory(SnapshotMetadata snapshot, LogView log) {
        restart(snapshot, log);
    }

    Configuration latest() {
        return byIndex.lastEntry().getValue();
    }

    /** Where the latest one stands. */
    long latestIndex() {
        return byIndex.lastKey();
    }

    /** Whether {@code node} votes in what was in force at {@code index}, or in anything that came later. */
    boolean isVoterSince(long index, String node) {
        return byIndex.tailMap(byIndex.floorKey(index), true).values().stream()
                .anyMatch(configuration -> configuration.isVoter(node));
    }

    /** As of {@code index}, which is not compacted. */
    Configuration at(long index) {
        return byIndex.floorEntry(index).getValue();
    }

    void appended(long index, Entry.Payload payload) {
        if (payload instanceof Entry.Reconfigure reconfigure) {
            byIndex.put(index, reconfigure.configuration());
        }
    }

    /** Goes back to what was before {@code index}. */
    void truncatedFrom(long index) {
        byIndex.tailMap(index, true).clear();
    }

    void compactedTo(SnapshotMetadata snapshot) {
        byIndex.headMap(snapshot.index(), true).clear();
        byIndex.put(snapshot.index(), snapshot.configuration());
    }

    void restart(SnapshotMetadata snapshot, LogView log) {
        byIndex.clear();
        byIndex.put(snapshot.index(), snapshot.configuration());
        log.from(Math.max(snapshot.index(), log.base().index()) + 1)
                .forEach((entry, index) -> appended(index, entry.payload()));
    }
}
