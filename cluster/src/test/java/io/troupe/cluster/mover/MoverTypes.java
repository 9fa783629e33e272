package io.troupe.cluster.mover;

import io.troupe.wire.WireTypes;

/** What crosses nodes between the counter and who asks it. Ids above those of everything that is released. */
public final class MoverTypes implements WireTypes {

    @Override
    public String module() {
        return "mover (test)";
    }

    @Override
    public void register(Registry registry) {
        registry.message(60_001, Counter.Increment.class);
        registry.message(60_002, Counter.Counted.class);
    }
}
