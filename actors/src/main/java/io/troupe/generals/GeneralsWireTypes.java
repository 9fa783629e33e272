package io.troupe.generals;

import io.troupe.generals.benor.BenOr;
import io.troupe.generals.byzantine.General;
import io.troupe.generals.byzantine.OralMessage;
import io.troupe.generals.byzantine.SignedMessage;
import io.troupe.generals.dls.PartialSynchrony;
import io.troupe.generals.two.AlliedGeneral;
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

        registry.message(1820, AlliedGeneral.Messenger.class);

        registry.message(1830, BenOr.Report.class);
        registry.message(1831, BenOr.Proposal.class);
        registry.message(1832, BenOr.Decided.class);

        registry.message(1840, PartialSynchrony.Acceptable.class);
        registry.message(1841, PartialSynchrony.Lock.class);
        registry.message(1842, PartialSynchrony.Acknowledged.class);
        registry.message(1843, PartialSynchrony.Locked.class);
    }
}
