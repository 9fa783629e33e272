package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MasterLeaseTest {

    private static final PaxosSettings SETTINGS = PaxosSettings.from(ConfigFactory.load());

    private final Membership one = membership("n1");
    private final Membership three = membership("n1", "n2", "n3");
    private long nanos;
    private final MasterLease lease = new MasterLease(SETTINGS, () -> nanos);

    private static Membership membership(String... nodes) {
        return Membership.founding(new TreeSet<>(Set.of(nodes)), 0, 8);
    }

    private void confirm(long round, List<Membership> memberships, String... nodes) {
        for (String node : nodes) {
            lease.onAnswer(new Voter(node, 0), round, memberships);
        }
    }

    @Test
    void runsFromWhenTheRoundBegan() {
        long round = lease.begin();
        nanos += SETTINGS.leaseAtMaster().toNanos() - 1;
        confirm(round, List.of(three), "n1");
        assertThat(lease.isHeld(List.of(three))).as("no quorum").isFalse();
        confirm(round, List.of(three), "n2");
        assertThat(lease.isHeld(List.of(three))).isTrue();
        nanos += 1;
        assertThat(lease.isHeld(List.of(three))).isFalse();
    }

    @Test
    void acceptorsThatWereDecidedOnSinceHaveGrantedNothing() {
        confirm(lease.begin(), List.of(one), "n1");
        assertThat(lease.isHeld(List.of(one))).isTrue();
        assertThat(lease.isHeld(List.of(one, three))).isFalse();
        assertThat(lease.isHeld(List.of(three))).isFalse();
        confirm(lease.begin(), List.of(one, three), "n1", "n3");
        assertThat(lease.isHeld(List.of(one, three))).isTrue();
        assertThat(lease.isHeld(List.of(three)))
                .as("the old one decides no more")
                .isTrue();
    }

    @Test
    void isGivenBackForEver() {
        confirm(lease.begin(), List.of(one), "n1");
        lease.release();
        confirm(lease.begin(), List.of(one), "n1");
        assertThat(lease.isHeld(List.of(one))).isFalse();
    }
}
