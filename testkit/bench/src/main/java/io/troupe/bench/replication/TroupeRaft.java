package io.troupe.bench.replication;

import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;

/** Our Raft. */
public final class TroupeRaft implements Engine {

    @Override
    public String name() {
        return RaftEngine.NAME;
    }

    @Override
    public Replica start(Place place) throws Exception {
        return TroupeReplica.start(
                place, (config, storage) -> new RaftEngine(RaftSettings.from(config), storage, System::nanoTime));
    }
}
