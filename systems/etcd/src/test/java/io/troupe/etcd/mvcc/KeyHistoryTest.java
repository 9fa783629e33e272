package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KeyHistoryTest {

    private final Arena arena = new Arena();

    private Entry put(long revision, long created, long version) {
        return arena.add(copyFromUtf8("k"), copyFromUtf8("v" + revision), created, revision, 0, version, 0);
    }

    private Entry delete(long revision) {
        return arena.tombstone(copyFromUtf8("k"), revision, 0);
    }

    private final Entry created = put(2, 2, 1);
    private final Entry changed = put(4, 2, 2);
    private final Entry deleted = delete(6);
    private final Entry createdAgain = put(9, 9, 1);

    /** Created at 2, changed at 4, deleted at 6, created again at 9. */
    private final KeyHistory history =
            KeyHistory.of(created).append(changed).append(deleted).append(createdAgain);

    @Test
    void showsTheValueInForceAtARevision() {
        assertThat(history.at(1)).isNull();
        assertThat(history.at(3)).isSameAs(created);
        assertThat(history.at(4)).isSameAs(changed);
        assertThat(history.at(6)).isNull();
        assertThat(history.at(8)).isNull();
        assertThat(history.at(100)).isSameAs(createdAgain);
    }

    @Test
    void knowsWhatAChangeReplaced() {
        assertThat(history.before(created)).isNull();
        assertThat(history.before(deleted)).isSameAs(changed);
        assertThat(history.before(createdAgain)).isNull();
    }

    @Test
    void compactionKeepsTheValueInForceAndAllThatFollows() {
        KeyHistory kept = history.compact(5);
        assertThat(kept.size()).isEqualTo(3);
        assertThat(kept.at(5)).isSameAs(changed);
        assertThat(history.compact(4).get(0)).isSameAs(changed);
        assertThat(history.compact(2)).isSameAs(history);
    }

    @Test
    void compactionForgetsAnEndedGeneration() {
        assertThat(history.compact(7).get(0)).isSameAs(createdAgain);
        KeyHistory ended = KeyHistory.of(created).append(deleted);
        assertThat(ended.compact(7)).isNull();
        assertThat(ended.compact(6).size())
                .as("a watch from 6 sees the deletion")
                .isEqualTo(1);
    }

    @Test
    void anOlderHolderDoesNotSeeWhatIsAppended() {
        KeyHistory before = KeyHistory.of(created).append(put(3, 2, 2)).append(changed);
        before.append(put(5, 2, 4));
        assertThat(before.latest()).isSameAs(changed);
        assertThat(before.size()).isEqualTo(3);
    }

    @Test
    void aChangeThatIsMovedStaysWhereItWasForAnOlderHolder() {
        Entry copy = arena.copy(changed);
        KeyHistory after = history.moved(changed, copy);
        assertThat(after.at(4)).isSameAs(copy);
        assertThat(after.holds(copy)).isTrue();
        assertThat(after.holds(changed)).isFalse();
        assertThat(history.at(4)).isSameAs(changed);
        assertThat(copy.toKeyValue()).isEqualTo(changed.toKeyValue());
    }

    @Test
    void refusesAChangeOutOfOrder() {
        assertThatThrownBy(() -> history.append(put(9, 9, 2))).hasMessageContaining("does not follow");
    }
}
