package io.troupe.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.mvcc.LeaseFacts;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseFeedTest {

    private final TestInbox<Lessor.LeasesChanged> lessor = TestInbox.create();
    private final LeaseFeed feed = new LeaseFeed();

    @BeforeEach
    void attach() {
        feed.attach(lessor.getRef());
    }

    @Test
    void whateverComesUntilTheLessorLooksIsOneMessageAndOneEntryALease() {
        for (int i = 0; i < 10_000; i++) {
            feed.granted(i, 10, i + 1);
            feed.revoked(i);
        }
        feed.granted(7, 20, 99);
        assertThat(feed.size()).isEqualTo(1);
        assertThat(lessor.getAllReceived()).hasSize(1);
        assertThat(feed.take().leases())
                .containsOnlyKeys(7L)
                .containsEntry(7L, Optional.of(new LeaseFeed.Granted(20, 99)));
        feed.granted(8, 10, 100);
        assertThat(lessor.getAllReceived()).hasSize(1);
    }

    @Test
    void theEndOfALeaseTheLessorKnowsIsTold() {
        feed.granted(7, 10, 1);
        feed.take();
        feed.revoked(7);
        assertThat(feed.take().leases()).containsEntry(7L, Optional.empty());
        feed.granted(7, 10, 5);
        feed.take();
        feed.revoked(7);
        feed.granted(7, 30, 9);
        assertThat(feed.take().leases()).containsEntry(7L, Optional.of(new LeaseFeed.Granted(30, 9)));
    }

    @Test
    void aRestoredStateReplacesWhatWaited() {
        feed.granted(7, 10, 1);
        feed.restored(List.of(new LeaseFacts(8, 20, 3, List.of())));
        var news = feed.take();
        assertThat(news.replaced()).isTrue();
        assertThat(news.leases()).containsOnlyKeys(8L);
        assertThat(feed.take().replaced()).isFalse();
    }
}
