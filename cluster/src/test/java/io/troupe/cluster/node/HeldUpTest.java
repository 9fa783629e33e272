package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.MemberStatus;
import org.junit.jupiter.api.Test;

class HeldUpTest {

    private static final MemberStatus UP = MemberStatus.up();
    private static final MemberStatus DOWN = MemberStatus.down();
    private static final MemberStatus JOINING = MemberStatus.joining();
    private static final MemberStatus LEAVING = MemberStatus.leaving();
    private static final MemberStatus EXITING = MemberStatus.exiting();

    private static Address address(int number) {
        return Address.apply("pekko", "troupe", "n" + number, 1);
    }

    /** n1, who decides, n2, and so on. */
    private static final class Members {
        private final List<HeldUp.Seen> seen = new ArrayList<>();

        Members reachable(MemberStatus... statuses) {
            return with(true, statuses);
        }

        Members unreachable(MemberStatus... statuses) {
            return with(false, statuses);
        }

        private Members with(boolean reachable, MemberStatus... statuses) {
            for (MemberStatus status : statuses) {
                int number = seen.size() + 1;
                seen.add(new HeldUp.Seen("n" + number, address(number), status, reachable));
            }
            return this;
        }

        Members comesElsewhere(String node) {
            seen.add(new HeldUp.Seen(node, address(seen.size() + 1), JOINING, true));
            return this;
        }

        Set<Address> toDown() {
            return HeldUp.toDown(seen, address(1));
        }
    }

    private static Members reachable(MemberStatus... statuses) {
        return new Members().reachable(statuses);
    }

    @Test
    void nobodyIsDownedWhileNobodyWantsInOrOut() {
        assertThat(reachable(UP, UP).unreachable(UP).toDown()).isEmpty();
        assertThat(reachable(UP).unreachable(UP, UP).toDown()).isEmpty();
        assertThat(reachable(UP, JOINING, LEAVING).toDown()).isEmpty();
    }

    @Test
    void aMajorityDownsWhoeverKeepsOthersFromComingOrGoing() {
        for (MemberStatus status : List.of(LEAVING, EXITING, DOWN)) {
            assertThat(reachable(UP, status).unreachable(UP).toDown()).containsExactly(address(3));
        }
        assertThat(reachable(UP, UP, JOINING).unreachable(UP).toDown()).containsExactly(address(4));
        assertThat(reachable(UP, UP).unreachable(JOINING).toDown()).containsExactly(address(3));
        assertThat(reachable(UP, UP, UP).unreachable(UP, LEAVING).toDown()).containsExactly(address(4), address(5));
    }

    @Test
    void whoIsDownOrExitingIsInNobodysWay() {
        assertThat(reachable(UP, UP).unreachable(DOWN).toDown()).isEmpty();
        assertThat(reachable(UP, UP).unreachable(EXITING).toDown()).isEmpty();
    }

    @Test
    void halfOfTheMembersAndFewerWait() {
        assertThat(reachable(UP).unreachable(UP, LEAVING).toDown()).isEmpty();
        assertThat(reachable(UP, LEAVING).unreachable(UP, UP).toDown()).isEmpty();
    }

    @Test
    void whoIsJoiningDoesNotMakeAMajority() {
        assertThat(reachable(UP, JOINING, JOINING).unreachable(UP, UP).toDown()).isEmpty();
    }

    @Test
    void whoseEarlierLifeIsDownIsOnNoOtherSide() {
        assertThat(reachable(UP).unreachable(DOWN, UP).toDown()).containsExactly(address(3));
    }

    @Test
    void whoseNextLifeComesAtAnotherAddressIsOnNoOtherSide() {
        assertThat(reachable(UP).unreachable(UP).comesElsewhere("n2").toDown()).containsExactly(address(2));
        assertThat(reachable(UP).unreachable(UP).comesElsewhere("n4").toDown()).isEmpty();
    }

    @Test
    void whoLeavesWithoutAMajorityDownsItself() {
        assertThat(reachable(LEAVING).unreachable(UP, UP).toDown()).containsExactly(address(1));
    }
}
