package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LogViewTest {

    private static LogView log(long... terms) {
        return LogView.startingAfter(LogPosition.ORIGIN).append(PaperServer.entries(1, terms));
    }

    @Test
    void appendingLeavesTheOldViewAsItWas() {
        LogView before = log(1, 1);
        LogSlice slice = before.from(1);
        LogView after = before.append(PaperServer.entry(2, "x"));
        assertThat(before.lastIndex()).isEqualTo(2);
        assertThat(slice.size()).isEqualTo(2);
        assertThat(after.last()).isEqualTo(new LogPosition(3, 2));
    }

    @Test
    void twoContinuationsOfOneViewDoNotDisturbEachOther() {
        LogView common = log(1, 1);
        LogView left = common.append(PaperServer.entry(2, "left"));
        LogView right = common.append(PaperServer.entry(3, "right"));
        assertThat(left.termAt(3)).isEqualTo(2);
        assertThat(right.termAt(3)).isEqualTo(3);
    }

    @Test
    void aSliceTakenBeforeATruncationKeepsItsEntries() {
        LogView before = log(1, 1, 1);
        LogSlice slice = before.from(1);
        LogView after = before.truncatedFrom(2).append(PaperServer.entry(2, "new"));
        assertThat(slice.get(2).term()).isEqualTo(1);
        assertThat(after.last()).isEqualTo(new LogPosition(2, 2));
    }

    @Test
    void whatIsSettledIsTheSameInEveryView() {
        LogView log = LogView.startingAfter(LogPosition.ORIGIN);
        for (int i = 1; i <= 100; i++) {
            log = log.append(PaperServer.entry(1, "command " + i));
        }
        LogSlice before = log.from(1);
        List<Entry> entries = entriesOf(before);
        log.settle(40);
        assertThat(entriesOf(before)).isEqualTo(entries);
        assertThat(log.get(40)).isEqualTo(entries.get(39)).isNotSameAs(entries.get(39));
        assertThat(log.get(41)).isSameAs(entries.get(40));
        log.settle(30);
        log.settle(1_000);
        assertThat(entriesOf(log.from(1))).isEqualTo(entries);
    }

    @Test
    void whatIsSettledStaysSoAfterACompactionAndATruncation() {
        LogView log = LogView.startingAfter(LogPosition.ORIGIN);
        for (int i = 1; i <= 10; i++) {
            log = log.append(PaperServer.entry(1, "command " + i));
        }
        List<Entry> entries = entriesOf(log.from(1));
        log.settle(6);
        LogView rest = log.compactedThrough(4).truncatedFrom(9).append(PaperServer.entry(2, "other"));
        assertThat(rest.get(6)).isSameAs(log.get(6));
        rest.settle(8);
        assertThat(entriesOf(rest.from(5).endingAt(8))).isEqualTo(entries.subList(4, 8));
        assertThat(rest.get(8)).isNotSameAs(entries.get(7));
        LogView later = rest.compactedThrough(9);
        later.settle(9);
        assertThat(later.lastIndex()).isEqualTo(9);
    }

    @Test
    void aLongLogIsSettledInParts() {
        LogView log = LogView.startingAfter(LogPosition.ORIGIN);
        for (int i = 1; i <= 40; i++) {
            log = log.append(PaperServer.entry(1, "x".repeat(60_000)));
        }
        List<Entry> entries = entriesOf(log.from(1));
        log.settle(40);
        assertThat(log.get(17)).isNotSameAs(entries.get(16));
        assertThat(log.get(19)).as("beyond a MiB").isSameAs(entries.get(18));
        log.settle(40);
        log.settle(40);
        assertThat(log.get(40)).isNotSameAs(entries.get(39));
        assertThat(entriesOf(log.from(1))).isEqualTo(entries);
    }

    private static List<Entry> entriesOf(LogSlice slice) {
        List<Entry> entries = new ArrayList<>();
        slice.forEach((entry, index) -> entries.add(entry));
        return entries;
    }

    @Test
    void compactionKeepsTheTermOfItsBaseAndNothingBefore() {
        LogView log = log(1, 2, 3).compactedThrough(2);
        assertThat(log.base()).isEqualTo(new LogPosition(2, 2));
        assertThat(log.termAt(2)).isEqualTo(2);
        assertThat(log.termAt(1)).isEqualTo(-1);
        assertThat(log.lastIndex()).isEqualTo(3);
        assertThatThrownBy(() -> log.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aGapIsRefused() {
        assertThatThrownBy(() -> log(1).append(PaperServer.entries(3, 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void backsOffToTheLastPlaceWithNoLaterTerm() {
        LogView log = log(1, 1, 4, 4, 5);
        assertThat(log.lastIndexWithTermAtMost(3, 5)).isEqualTo(2);
        assertThat(log.lastIndexWithTermAtMost(4, 5)).isEqualTo(4);
        assertThat(log.lastIndexWithTermAtMost(4, 3)).isEqualTo(3);
        assertThat(log.lastIndexWithTermAtMost(0, 5)).isZero();
        assertThat(log.lastIndexWithTermAtMost(9, 99)).isEqualTo(5);
    }

    @Test
    void behavesLikeAMapOverManyRandomOperations() {
        SplittableRandom random = new SplittableRandom(3);
        TreeMap<Long, Long> expected = new TreeMap<>();
        LogView log = LogView.startingAfter(LogPosition.ORIGIN);
        for (int i = 1; i <= 20_000; i++) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    long from = log.base().index()
                            + 1
                            + random.nextLong(log.lastIndex() - log.base().index() + 1);
                    log = log.truncatedFrom(from);
                    expected.tailMap(from, true).clear();
                }
                case 1 -> {
                    long through = log.base().index()
                            + random.nextLong(log.lastIndex() - log.base().index() + 1);
                    log = log.compactedThrough(through);
                    expected.headMap(through, true).clear();
                }
                default -> {
                    log = log.append(PaperServer.entry(i, "c"));
                    expected.put(log.lastIndex(), (long) i);
                }
            }
            assertThat(log.from(log.base().index() + 1).size()).isEqualTo(expected.size());
        }
        LogView last = log;
        expected.forEach((index, term) -> assertThat(last.termAt(index)).isEqualTo(term));
    }

    @Test
    void aSliceNeverExceedsItsBytesButForOneEntry() {
        LogSlice slice = log(1, 1, 1).from(1);
        assertThat(slice.within(1).size()).isEqualTo(1);
        assertThat(slice.within(slice.sizeBytes()).size()).isEqualTo(3);
        assertThat(slice.within(slice.sizeBytes() - 1).size()).isEqualTo(2);
    }

    @Test
    void writesThatWaitAreJoinedAsIfWrittenOneByOne() {
        LogSlice first = PaperServer.entries(5, 1, 1, 1);
        assertThat(first.overwrittenBy(PaperServer.entries(8, 2))).isEqualTo(PaperServer.entries(5, 1, 1, 1, 2));
        assertThat(first.overwrittenBy(PaperServer.entries(6, 2))).isEqualTo(PaperServer.entries(5, 1, 2));
        assertThat(first.overwrittenBy(PaperServer.entries(4, 2))).isEqualTo(PaperServer.entries(4, 2));
        assertThatThrownBy(() -> first.overwrittenBy(PaperServer.entries(9, 2))).hasMessageContaining("gap");
    }
}
