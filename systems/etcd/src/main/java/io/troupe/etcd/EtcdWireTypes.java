package io.troupe.etcd;

import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.members.Members;
import io.troupe.wire.WireTypes;

/** Ids 10000–10999: what etcd's nodes say to each other beside what the consensus engine carries. */
public final class EtcdWireTypes implements WireTypes {

    @Override
    public String module() {
        return "etcd";
    }

    @Override
    public void register(Registry registry) {
        registry.message(10000, Lessor.Renew.class);
        registry.message(10001, Lessor.AskRemaining.class);
        registry.message(10002, Lessor.Lasts.class);
        registry.message(10003, Lessor.NoSuchLease.class);
        registry.message(10004, Lessor.NotInOffice.class);
        registry.message(10010, Members.Describe.class);
        registry.message(10011, Members.Facts.class);
        registry.message(10012, Members.Removed.class);
    }
}
