package io.troupe.raft;

import java.util.Arrays;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.ToLongFunction;

/** The arithmetic of one majority quorum. An empty set of voters decides nothing by itself and agrees to anything. */
record Majority(SortedSet<String> voters) {

    int quorum() {
        return voters.size() / 2 + 1;
    }

    boolean isReachedBy(Set<String> nodes) {
        return voters.isEmpty() || voters.stream().filter(nodes::contains).count() >= quorum();
    }

    /** Whether {@code refusals} leave too few voters for a quorum. */
    boolean isLostTo(Set<String> refusals) {
        long left = voters.size() - voters.stream().filter(refusals::contains).count();
        return !voters.isEmpty() && left < quorum();
    }

    /** The highest index that a quorum of voters has (§5.3, §5.4.2); {@link Long#MAX_VALUE} for no voters. */
    long indexOnQuorum(ToLongFunction<String> matchIndex) {
        if (voters.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long[] matches = voters.stream().mapToLong(matchIndex).sorted().toArray();
        return Arrays.stream(matches)
                .skip(matches.length - quorum())
                .findFirst()
                .orElseThrow();
    }
}
