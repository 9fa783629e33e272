package io.troupe.generals;

import io.troupe.generals.byzantine.General;
import io.troupe.generals.byzantine.OralMessage;
import io.troupe.generals.byzantine.SignedMessage;
import io.troupe.wire.WireTypes;

/** Ids 1800–1899: what generals and processes say to each other. Nothing of it is persisted. */
public final class GeneralsWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/generals";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1800, Order.class);
        registry.message(1801, General.Begin.class);
        registry.message(1802, General.Letter.class);
        registry.message(1803, OralMessage.class);
        registry.message(1804, SignedMessage.class);
        registry.message(1805, SignedMessage.Seal.class);
    }
}
