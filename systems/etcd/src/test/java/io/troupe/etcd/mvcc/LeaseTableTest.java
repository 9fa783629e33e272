package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

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
}
