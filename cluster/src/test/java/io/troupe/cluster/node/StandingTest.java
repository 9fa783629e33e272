package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pekko.cluster.MemberStatus;
import org.junit.jupiter.api.Test;

class StandingTest {

    @Test
    void aNodeIsOutsideUntilItJoins() {
        assertThat(Standing.OUTSIDE.next(MemberStatus.removed())).isEqualTo(Standing.OUTSIDE);
        assertThat(Standing.OUTSIDE.next(MemberStatus.joining())).isEqualTo(Standing.MEMBER);
        assertThat(Standing.OUTSIDE.next(MemberStatus.up())).isEqualTo(Standing.MEMBER);
    }

    @Test
    void aMemberThatLeavesOrIsDownedIsNeverOutsideAgain() {
        for (MemberStatus end : new MemberStatus[] {
            MemberStatus.leaving(), MemberStatus.exiting(), MemberStatus.down(), MemberStatus.removed()
        }) {
            Standing left = Standing.MEMBER.next(end);
            assertThat(left).as(end.toString()).isEqualTo(Standing.LEAVING);
            assertThat(left.next(MemberStatus.removed())).isEqualTo(Standing.LEAVING);
        }
    }

    @Test
    void whoOutlivedItsClusterOnlyLeaves() {
        assertThat(Standing.ALONE.next(MemberStatus.removed())).isEqualTo(Standing.LEAVING);
    }

    @Test
    void aNodeThatIsRemovedWithoutHavingBeenOnItsWayOutIsToldApart() {
        for (MemberStatus out :
                new MemberStatus[] {MemberStatus.leaving(), MemberStatus.exiting(), MemberStatus.down()}) {
            assertThat(Standing.isOnItsWayOut(out)).as(out.toString()).isTrue();
        }
        for (MemberStatus not :
                new MemberStatus[] {MemberStatus.removed(), MemberStatus.joining(), MemberStatus.up()}) {
            assertThat(Standing.isOnItsWayOut(not)).as(not.toString()).isFalse();
        }
    }
}
