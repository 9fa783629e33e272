package io.troupe.bench.replication;

import io.troupe.chain.ChainEngine;
import io.troupe.chain.ChainSettings;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;

/** Our chain replication, whose master is in a Raft group. */
public final class TroupeChain implements Engine {

    @Override
    public String name() {
        return ChainEngine.NAME;
    }

    @Override
    public Replica start(Place place) throws Exception {
        return TroupeReplica.start(
                place,
                (config, storage) -> new ChainEngine(
                        ChainSettings.from(config),
                        storage,
                        new RaftEngine(RaftSettings.from(config), storage, System::nanoTime),
                        System::nanoTime));
    }
}
