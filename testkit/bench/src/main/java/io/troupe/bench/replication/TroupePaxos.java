package io.troupe.bench.replication;

import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;

/** Our Multi-Paxos. */
public final class TroupePaxos implements Engine {

    @Override
    public String name() {
        return PaxosEngine.NAME;
    }

    @Override
    public Replica start(Place place) throws Exception {
        return TroupeReplica.start(
                place, (config, storage) -> new PaxosEngine(PaxosSettings.from(config), storage, System::nanoTime));
    }
}
