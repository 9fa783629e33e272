package io.troupe.etcd.cluster;

import io.troupe.paxos.PaxosEngine;

/** On Multi-Paxos at every build; its leader is moved and killed in {@link EnginesClusterTest}. */
class MultiPaxosClusterTest extends ClusterScenarios {

    MultiPaxosClusterTest() {
        super(PaxosEngine.NAME);
    }
}
