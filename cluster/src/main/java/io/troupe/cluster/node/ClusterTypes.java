package io.troupe.cluster.node;

import io.troupe.wire.WireTypes;

/** This module's messages between nodes: ids 3000–3999. */
public final class ClusterTypes implements WireTypes {

    @Override
    public String module() {
        return "cluster";
    }

    @Override
    public void register(Registry registry) {
        registry.message(3000, Formation.Contact.class);
        registry.message(3001, Formation.Greeting.class);
    }
}
