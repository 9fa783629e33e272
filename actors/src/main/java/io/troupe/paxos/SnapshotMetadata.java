package io.troupe.paxos;

import io.troupe.replication.Compaction;
import java.util.SortedMap;

/**
 * What a snapshot replaces (Paxos Made Live, §5.5): the decrees through {@code index}, and who decides the instances that
 * follow. A group begins with one at 0, of which there are no bytes.
 *
 * @param memberships by the first instance that each decides
 */
record SnapshotMetadata(long index, SortedMap<Long, Membership> memberships) implements Compaction.Snapshot {

    boolean hasState() {
        return index > 0;
    }
}
