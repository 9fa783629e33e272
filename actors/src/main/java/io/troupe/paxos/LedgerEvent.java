package io.troupe.paxos;

import io.troupe.wire.Wire;
import java.util.List;

/** What the journal holds of one replica. Each event carries the pledge, so that older ones can be deleted. */
sealed interface LedgerEvent extends Wire {

    Pledge pledge();

    /** It pledged, or voted, or both; of two votes in one instance the later counts. */
    record Written(Pledge pledge, List<Votes> votes) implements LedgerEvent {
        public Written {
            votes = List.copyOf(votes);
        }
    }

    /** The log begins after {@code snapshot}, whose state is in the snapshot storage; votes above it stay. */
    record Rebased(Pledge pledge, SnapshotMetadata snapshot) implements LedgerEvent {}
}
