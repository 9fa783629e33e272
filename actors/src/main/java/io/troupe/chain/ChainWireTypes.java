package io.troupe.chain;

import io.troupe.wire.WireTypes;

/** Ids 1700–1799: what the servers of a chain send between nodes and keep in the journal. */
public final class ChainWireTypes implements WireTypes {

    @Override
    public String module() {
        return "actors/chain";
    }

    @Override
    public void register(Registry registry) {
        registry.message(1700, Updates.class, new UpdatesSerializer());
        registry.message(1701, Position.class);
        registry.message(1702, Configuration.class, new ConfigurationSerializer());

        registry.message(1710, ChainMessage.Heartbeat.class);
        registry.message(1711, ChainMessage.Connect.class);
        registry.message(1712, ChainMessage.Resume.class);
        // 1713 was a Forward of what its sender had synced; 1714 and 1715 were clients with an entry for each update.
        registry.message(1716, ChainMessage.Ack.class);
        registry.message(1717, ChainMessage.Confirm.class);
        // 1718 was a Confirmed that did not say how far its sender had come.
        registry.message(1719, ChainMessage.Submit.class);
        registry.message(1720, ChainMessage.Offer.class);
        registry.message(1723, ChainMessage.Clients.class);
        registry.message(1724, ChainMessage.Forward.class);
        registry.message(1725, ChainMessage.Stable.class);
        registry.message(1726, ChainMessage.Confirmed.class);
        registry.message(1727, ChainMessage.Petition.class);
        // 1721 and 1722 were chunks of snapshots, which are sent alike for all engines now.

        registry.event(1790, 1, LogEvent.Logged.class);
        registry.event(1791, 1, LogEvent.Entered.class);
        registry.event(1792, 1, LogEvent.Rebased.class);
    }
}
