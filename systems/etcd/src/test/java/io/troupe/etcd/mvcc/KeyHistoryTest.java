package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KeyHistoryTest {

    private static Entry put(long revision, long created, long version) {
        return new Entry(copyFromUtf8("k"), copyFromUtf8("v" + revision), created, revision, 0, version, 0);
    }

    private static Entry delete(long revision) {
        return Entry.tombstone(copyFromUtf8("k"), revision, 0);
    }

    /** Created at 2, changed at 4, deleted at 6, created again at 9. */
    private final KeyHistory history =
            KeyHistory.of(put(2, 2, 1)).append(put(4, 2, 2)).append(delete(6)).append(put(9, 9, 1));

    @Test
    void showsTheValueInForceAtARevision() {
        assertThat(history.at(1)).isNull();
        assertThat(history.at(3)).isEqualTo(put(2, 2, 1));
        assertThat(history.at(4)).isEqualTo(put(4, 2, 2));
        assertThat(history.at(6)).isNull();
        assertThat(history.at(8)).isNull();
        assertThat(history.at(100)).isEqualTo(put(9, 9, 1));
    }

    @Test
    void knowsWhatAChangeReplaced() {
        assertThat(history.before(put(2, 2, 1))).isNull();
        assertThat(history.before(delete(6))).isEqualTo(put(4, 2, 2));
        assertThat(history.before(put(9, 9, 1))).isNull();
    }

    @Test
    void compactionKeepsTheValueInForceAndAllThatFollows() {
        KeyHistory kept = history.compact(5);
        assertThat(kept.size()).isEqualTo(3);
        assertThat(kept.at(5)).isEqualTo(put(4, 2, 2));
        assertThat(history.compact(4).get(0)).isEqualTo(put(4, 2, 2));
        assertThat(history.compact(2)).isSameAs(history);
    }

    @Test
    void compactionForgetsAnEndedGeneration() {
        assertThat(history.compact(7).get(0)).isEqualTo(put(9, 9, 1));
        KeyHistory deleted = KeyHistory.of(put(2, 2, 1)).append(delete(6));
        assertThat(deleted.compact(7)).isNull();
        assertThat(deleted.compact(6).size())
                .as("a watch from 6 sees the deletion")
                .isEqualTo(1);
    }

    @Test
    void anOlderHolderDoesNotSeeWhatIsAppended() {
        KeyHistory before = KeyHistory.of(put(2, 2, 1)).append(put(3, 2, 2)).append(put(4, 2, 3));
        before.append(put(5, 2, 4));
        assertThat(before.latest()).isEqualTo(put(4, 2, 3));
        assertThat(before.size()).isEqualTo(3);
    }

    @Test
    void refusesAChangeOutOfOrder() {
        assertThatThrownBy(() -> history.append(put(9, 9, 2))).hasMessageContaining("does not follow");
    }
}
