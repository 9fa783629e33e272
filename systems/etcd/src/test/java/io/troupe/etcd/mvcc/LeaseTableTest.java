package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseTableTest {

    /** A member with short elections may grant it; who applies it does not ask its own timing. */
    @Test
    void aLeaseLivesWhatItsCommandSaysAndASecondAtLeast() {
        var leases = new LeaseTable();
        assertThat(leases.grant(1, 1, 10).ttlSeconds).isEqualTo(1);
        assertThat(leases.grant(2, 8, 11).ttlSeconds).isEqualTo(8);
        assertThat(leases.grant(3, -5, 12).ttlSeconds).isEqualTo(1);
    }

    /** Leases alone could fill the heap else, and no alarm be raised. */
    @Test
    void aLeaseCountsInWhatTheStoreTakesUntilItEnds() {
        List<Long> sizes = new ArrayList<>();
        var machine = new EtcdStateMachine(new StoreListener() {
            @Override
            public void onSize(long bytes) {
                sizes.add(bytes);
            }
        });
        var grant = LeaseGrantRequest.newBuilder().setTTL(60);
        machine.apply(1, Commands.leaseGrant(grant.setID(1).build()));
        machine.apply(2, Commands.leaseGrant(grant.setID(2).build()));
        machine.apply(
                3, Commands.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(1).build()));
        long each = sizes.get(0);
        assertThat(each).isPositive();
        assertThat(sizes).containsExactly(each, 2 * each, each);
    }
}
