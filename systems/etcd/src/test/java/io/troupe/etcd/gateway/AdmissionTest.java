package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdmissionTest {

    private final Admission admission = new Admission(3, 100);

    @Test
    void soManyAreLetInAndOneMoreWhenOneLeaves() {
        for (int i = 0; i < 3; i++) {
            assertThat(admission.tryEnter()).isTrue();
        }
        assertThat(admission.tryEnter(100)).isFalse();
        assertThat(admission.underWay()).isEqualTo(3);
        admission.leave();
        assertThat(admission.tryEnter()).isTrue();
    }

    @Test
    void whoComesWhereThereAreBytesEnoughIsRefusedHoweverFewHeBrings() {
        assertThat(admission.tryEnter(99)).isTrue();
        assertThat(admission.tryEnter(99)).as("the bound is not reached yet").isTrue();
        assertThat(admission.tryEnter(0)).isFalse();
        admission.leave(99);
        assertThat(admission.tryEnter(0)).isTrue();
    }

    @Test
    void oneIsLetInHoweverManyBytesHeBrings() {
        assertThat(admission.tryEnter(1_000)).isTrue();
    }
}
