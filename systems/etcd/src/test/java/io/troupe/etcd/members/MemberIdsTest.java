package io.troupe.etcd.members;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MemberIdsTest {

    @Test
    void aMemberThatIsAddedHasANumberOfItsOwnWhicheverSignIsDrawn() {
        var random = new Random(1);
        List<Long> ids = LongStream.range(0, 1_000)
                .mapToObj(i -> MemberIds.fresh(random::nextLong))
                .toList();
        assertThat(ids).doesNotHaveDuplicates().anyMatch(id -> id < 0).anyMatch(id -> id > 0);
    }

    @Test
    void zeroMeansNoMember() {
        assertThat(MemberIds.fresh(() -> 0)).isNotZero();
    }

    @Test
    void membersSetUpWithOneListAgreeOnTheClustersNumber() {
        assertThat(MemberIds.cluster("etcd", List.of("n1", "n2")))
                .isEqualTo(MemberIds.cluster("etcd", List.of("n1", "n2")))
                .isNotEqualTo(MemberIds.cluster("etcd", List.of("n1", "n3")));
        assertThat(MemberIds.member("n1")).isNotEqualTo(MemberIds.member("n2"));
    }
}
