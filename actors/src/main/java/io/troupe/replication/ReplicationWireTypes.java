package io.troupe.replication;

import io.troupe.replication.ordering.NumberingReplica;
import io.troupe.replication.ordering.ProposingClient;
import io.troupe.replication.ordering.StampedClient;
import io.troupe.replication.ordering.StampedReplica;
import io.troupe.replication.ordering.Uid;
import io.troupe.replication.voting.OutputPort;
import io.troupe.replication.voting.OutputVoter;
import io.troupe.wire.WireTypes;

/** Ids 1900–1949: outputs to devices, orders without a leader, and snapshots on their way. Nothing of it is persisted. */
public final class ReplicationWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/replication";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1900, OutputVoter.Output.class);
        registry.message(1901, OutputPort.Released.class);

        registry.message(1910, Uid.class);
        registry.message(1911, StampedReplica.Deliver.class);
        registry.message(1912, StampedReplica.ClientFailed.class);
        registry.message(1913, StampedClient.Executed.class);
        registry.message(1914, StampedClient.Heard.class);

        registry.message(1920, NumberingReplica.Request.class);
        registry.message(1921, NumberingReplica.See.class);
        registry.message(1922, NumberingReplica.Accept.class);
        registry.message(1923, NumberingReplica.ClientFailed.class);
        registry.message(1924, ProposingClient.Candidate.class);
        registry.message(1925, ProposingClient.ReplicaFailed.class);
        registry.message(1926, ProposingClient.Heard.class);

        registry.message(1930, SnapshotReader.FetchChunk.class);
        registry.message(1931, SnapshotFetcher.Chunk.class);
    }
}
