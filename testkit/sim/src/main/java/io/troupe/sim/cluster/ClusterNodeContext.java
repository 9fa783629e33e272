package io.troupe.sim.cluster;

import io.troupe.sim.Host;
import io.troupe.sim.NodeLife;
import io.troupe.sim.World;

/** What a node of the cluster stage builds its guardian from. */
public final class ClusterNodeContext extends NodeLife {

    ClusterNodeContext(World world, Host host, int life) {
        super(world, host, life);
    }
}
